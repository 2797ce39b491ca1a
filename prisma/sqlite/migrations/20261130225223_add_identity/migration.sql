-- CreateTable
CREATE TABLE "replaced_keys" (
    "token" TEXT NOT NULL PRIMARY KEY,
    "current_token" TEXT NOT NULL,
    "valid_until" DATETIME NOT NULL,
    "replaced_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "alias" TEXT NOT NULL,
    "models" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "organization_members" (
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" DATETIME NOT NULL,

    PRIMARY KEY ("organization_id", "user_id"),
    CONSTRAINT "organization_members_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "teams" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "alias" TEXT,
    "organization_id" TEXT,
    "models" JSONB NOT NULL,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL,
    "member_permissions" JSONB,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "team_members" (
    "team_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "models" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" DATETIME NOT NULL,

    PRIMARY KEY ("team_id", "user_id"),
    CONSTRAINT "team_members_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "email" TEXT,
    "email_key" TEXT,
    "alias" TEXT,
    "role" TEXT NOT NULL,
    "password_hash" TEXT,
    "sso_user_id" TEXT,
    "models" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "accepted" BOOLEAN NOT NULL DEFAULT false,
    "accepted_at" DATETIME,
    "expires_at" DATETIME NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "customers" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "alias" TEXT,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "default_model" TEXT,
    "metadata" JSONB NOT NULL,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "tags" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "description" TEXT,
    "models" JSONB NOT NULL,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "projects" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "alias" TEXT,
    "team_id" TEXT,
    "models" JSONB NOT NULL,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "access_groups" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "models" JSONB NOT NULL,
    "settings" JSONB,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "credentials" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "sealed_values" TEXT NOT NULL,
    "info" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "config_settings" (
    "section" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" JSONB,
    "sealed_value" TEXT,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL,

    PRIMARY KEY ("section", "name")
);

-- CreateTable
CREATE TABLE "budgets" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "limits" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "owner_limits" (
    "owner" TEXT NOT NULL PRIMARY KEY,
    "budget_id" TEXT,
    "limits" JSONB NOT NULL,
    "updated_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "budget_accounts" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "owner" TEXT NOT NULL,
    "model" TEXT,
    "spent_nanos" BIGINT NOT NULL DEFAULT 0,
    "committed_nanos" BIGINT NOT NULL DEFAULT 0,
    "max_nanos" BIGINT,
    "soft_nanos" BIGINT,
    "increase_nanos" BIGINT,
    "increase_until" DATETIME,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "duration" TEXT,
    "reset_at" DATETIME,
    "updated_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "budget_leases" (
    "account_id" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "granted_nanos" BIGINT NOT NULL,
    "settled_nanos" BIGINT NOT NULL DEFAULT 0,
    "expires_at" DATETIME NOT NULL,

    PRIMARY KEY ("account_id", "holder", "epoch")
);

-- CreateTable
CREATE TABLE "daily_spend" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "date" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "entity" TEXT NOT NULL,
    "api_key_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,
    "failed_requests" INTEGER NOT NULL,
    "prompt_tokens" BIGINT NOT NULL,
    "completion_tokens" BIGINT NOT NULL,
    "cache_read_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "spend_nanos" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "spend_payloads" (
    "request_id" TEXT NOT NULL PRIMARY KEY,
    "started_at" DATETIME NOT NULL,
    "request" TEXT,
    "response" TEXT
);

-- CreateTable
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "sequence" BIGINT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "actor" TEXT NOT NULL,
    "actor_role" TEXT NOT NULL,
    "actor_key" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "object_kind" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "idempotent_requests" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "body_hash" TEXT NOT NULL,
    "status" INTEGER,
    "sealed_answer" TEXT,
    "created_at" DATETIME NOT NULL,
    "expires_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "jwt_key_mappings" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "claim_name" TEXT NOT NULL,
    "claim_value" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "deleted_objects" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "alias" TEXT,
    "data" JSONB NOT NULL,
    "deleted_at" DATETIME NOT NULL,
    "deleted_by" TEXT NOT NULL,

    PRIMARY KEY ("kind", "id", "deleted_at")
);

-- CreateTable
CREATE TABLE "sent_alerts" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sent_at" DATETIME NOT NULL,
    "quiet_until" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "export_cursors" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "position" TEXT NOT NULL,
    "claim" TEXT,
    "claimed_until" DATETIME,
    "updated_at" DATETIME NOT NULL
);

-- AlterTable: added in place, where Prisma would copy the whole table.
ALTER TABLE "config_models" ADD COLUMN "sealed_params" TEXT;
ALTER TABLE "config_models" ADD COLUMN "blocked" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable: added in place, where Prisma would copy the whole table.
ALTER TABLE "virtual_keys" ADD COLUMN "organization_id" TEXT;
ALTER TABLE "virtual_keys" ADD COLUMN "project_id" TEXT;
ALTER TABLE "virtual_keys" ADD COLUMN "allowed_routes" JSONB;
ALTER TABLE "virtual_keys" ADD COLUMN "settings" JSONB;
ALTER TABLE "virtual_keys" ADD COLUMN "auto_rotate" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "virtual_keys" ADD COLUMN "rotation_interval" TEXT;
ALTER TABLE "virtual_keys" ADD COLUMN "rotate_at" DATETIME;
ALTER TABLE "virtual_keys" ADD COLUMN "rotated_at" DATETIME;
ALTER TABLE "virtual_keys" ADD COLUMN "rotation_count" INTEGER NOT NULL DEFAULT 0;

CREATE INDEX "virtual_keys_organization_id_idx" ON "virtual_keys"("organization_id");
CREATE INDEX "virtual_keys_project_id_idx" ON "virtual_keys"("project_id");
CREATE INDEX "virtual_keys_created_by_idx" ON "virtual_keys"("created_by");
CREATE INDEX "virtual_keys_created_at_token_idx" ON "virtual_keys"("created_at", "token");
CREATE INDEX "virtual_keys_rotate_at_idx" ON "virtual_keys"("rotate_at");

-- CreateIndex
CREATE INDEX "replaced_keys_current_token_idx" ON "replaced_keys"("current_token");

-- CreateIndex
CREATE INDEX "replaced_keys_valid_until_idx" ON "replaced_keys"("valid_until");

-- CreateIndex
CREATE INDEX "organizations_created_at_id_idx" ON "organizations"("created_at", "id");

-- CreateIndex
CREATE INDEX "organization_members_user_id_idx" ON "organization_members"("user_id");

-- CreateIndex
CREATE INDEX "teams_organization_id_idx" ON "teams"("organization_id");

-- CreateIndex
CREATE INDEX "teams_created_at_id_idx" ON "teams"("created_at", "id");

-- CreateIndex
CREATE INDEX "teams_alias_idx" ON "teams"("alias");

-- CreateIndex
CREATE INDEX "team_members_user_id_idx" ON "team_members"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key_key" ON "users"("email_key");

-- CreateIndex
CREATE UNIQUE INDEX "users_sso_user_id_key" ON "users"("sso_user_id");

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- CreateIndex
CREATE INDEX "users_role_idx" ON "users"("role");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_token_hash_key" ON "invitations"("token_hash");

-- CreateIndex
CREATE INDEX "invitations_user_id_idx" ON "invitations"("user_id");

-- CreateIndex
CREATE INDEX "customers_created_at_id_idx" ON "customers"("created_at", "id");

-- CreateIndex
CREATE INDEX "projects_team_id_idx" ON "projects"("team_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_groups_name_key" ON "access_groups"("name");

-- CreateIndex
CREATE INDEX "budgets_created_at_id_idx" ON "budgets"("created_at", "id");

-- CreateIndex
CREATE INDEX "owner_limits_budget_id_idx" ON "owner_limits"("budget_id");

-- CreateIndex
CREATE INDEX "budget_accounts_owner_idx" ON "budget_accounts"("owner");

-- CreateIndex
CREATE INDEX "budget_accounts_reset_at_idx" ON "budget_accounts"("reset_at");

-- CreateIndex
CREATE INDEX "budget_leases_holder_idx" ON "budget_leases"("holder");

-- CreateIndex
CREATE INDEX "budget_leases_expires_at_idx" ON "budget_leases"("expires_at");

-- CreateIndex
CREATE INDEX "daily_spend_kind_date_idx" ON "daily_spend"("kind", "date");

-- CreateIndex
CREATE INDEX "daily_spend_kind_entity_date_idx" ON "daily_spend"("kind", "entity", "date");

-- CreateIndex
CREATE INDEX "daily_spend_api_key_hash_date_idx" ON "daily_spend"("api_key_hash", "date");

-- CreateIndex
CREATE INDEX "daily_spend_user_id_date_idx" ON "daily_spend"("user_id", "date");

-- CreateIndex
CREATE INDEX "daily_spend_team_id_date_idx" ON "daily_spend"("team_id", "date");

-- CreateIndex
CREATE INDEX "daily_spend_organization_id_date_idx" ON "daily_spend"("organization_id", "date");

-- CreateIndex
CREATE INDEX "spend_payloads_started_at_idx" ON "spend_payloads"("started_at");

-- CreateIndex
CREATE INDEX "audit_entries_at_idx" ON "audit_entries"("at");

-- CreateIndex
CREATE INDEX "audit_entries_object_kind_object_id_idx" ON "audit_entries"("object_kind", "object_id");

-- CreateIndex
CREATE INDEX "audit_entries_actor_idx" ON "audit_entries"("actor");

-- CreateIndex
CREATE INDEX "idempotent_requests_expires_at_idx" ON "idempotent_requests"("expires_at");

-- CreateIndex
CREATE INDEX "jwt_key_mappings_token_idx" ON "jwt_key_mappings"("token");

-- CreateIndex
CREATE UNIQUE INDEX "jwt_key_mappings_claim_name_claim_value_key" ON "jwt_key_mappings"("claim_name", "claim_value");

-- CreateIndex
CREATE INDEX "deleted_objects_kind_deleted_at_idx" ON "deleted_objects"("kind", "deleted_at");

-- CreateIndex
CREATE INDEX "sent_alerts_quiet_until_idx" ON "sent_alerts"("quiet_until");

-- What the ledger holds already, as the new sums would have it.
INSERT INTO "budget_accounts" ("id", "owner", "spent_nanos", "committed_nanos", "updated_at")
SELECT 'key:' || "api_key_hash", 'key:' || "api_key_hash", SUM("spend_nanos"), SUM("spend_nanos"), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') FROM "spend_logs" WHERE "api_key_hash" <> '' GROUP BY "api_key_hash";

INSERT INTO "budget_accounts" ("id", "owner", "spent_nanos", "committed_nanos", "updated_at")
SELECT 'user:' || "user_id", 'user:' || "user_id", SUM("spend_nanos"), SUM("spend_nanos"), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') FROM "spend_logs" WHERE "user_id" IS NOT NULL GROUP BY "user_id";

INSERT INTO "budget_accounts" ("id", "owner", "spent_nanos", "committed_nanos", "updated_at")
SELECT 'team:' || "team_id", 'team:' || "team_id", SUM("spend_nanos"), SUM("spend_nanos"), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') FROM "spend_logs" WHERE "team_id" IS NOT NULL GROUP BY "team_id";

INSERT INTO "budget_accounts" ("id", "owner", "spent_nanos", "committed_nanos", "updated_at")
SELECT 'customer:' || "end_user", 'customer:' || "end_user", SUM("spend_nanos"), SUM("spend_nanos"), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') FROM "spend_logs" WHERE "end_user" IS NOT NULL GROUP BY "end_user";

INSERT INTO "budget_accounts" ("id", "owner", "spent_nanos", "committed_nanos", "updated_at")
SELECT 'proxy:', 'proxy:', SUM("spend_nanos"), SUM("spend_nanos"), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') FROM "spend_logs" HAVING COUNT(*) > 0;

INSERT INTO "daily_spend" ("id", "date", "kind", "entity", "api_key_hash", "user_id", "team_id", "organization_id", "project_id", "model_group", "model", "provider", "requests", "failed_requests", "prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_write_tokens", "spend_nanos")
SELECT 'before:all:' || MIN("request_id"), substr("started_at", 1, 10), 'all', '', "api_key_hash", COALESCE("user_id", ''), COALESCE("team_id", ''), COALESCE(json_extract("detail", '$.organizationId'), ''), '', "model_group", "model", COALESCE(json_extract("detail", '$.provider'), ''), COUNT(*), SUM(CASE WHEN "status" = 'failure' THEN 1 ELSE 0 END), SUM(COALESCE(json_extract("detail", '$.promptTokens'), 0)), SUM(COALESCE(json_extract("detail", '$.completionTokens'), 0)), 0, 0, SUM("spend_nanos")
FROM "spend_logs" GROUP BY 2, 4, 5, 6, 7, 8, 9, 10, 11, 12;

INSERT INTO "daily_spend" ("id", "date", "kind", "entity", "api_key_hash", "user_id", "team_id", "organization_id", "project_id", "model_group", "model", "provider", "requests", "failed_requests", "prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_write_tokens", "spend_nanos")
SELECT 'before:customer:' || MIN("request_id"), substr("started_at", 1, 10), 'customer', "end_user", "api_key_hash", COALESCE("user_id", ''), COALESCE("team_id", ''), COALESCE(json_extract("detail", '$.organizationId'), ''), '', "model_group", "model", COALESCE(json_extract("detail", '$.provider'), ''), COUNT(*), SUM(CASE WHEN "status" = 'failure' THEN 1 ELSE 0 END), SUM(COALESCE(json_extract("detail", '$.promptTokens'), 0)), SUM(COALESCE(json_extract("detail", '$.completionTokens'), 0)), 0, 0, SUM("spend_nanos")
FROM "spend_logs" WHERE "end_user" IS NOT NULL GROUP BY 2, 4, 5, 6, 7, 8, 9, 10, 11, 12;
