-- CreateTable
CREATE TABLE "virtual_keys" (
    "token" TEXT NOT NULL PRIMARY KEY,
    "key_name" TEXT NOT NULL,
    "key_alias" TEXT,
    "models" JSONB NOT NULL,
    "expires" DATETIME,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL,
    "user_id" TEXT,
    "team_id" TEXT,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "spend_logs" (
    "request_id" TEXT NOT NULL PRIMARY KEY,
    "started_at" DATETIME NOT NULL,
    "api_key_hash" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "user_id" TEXT,
    "team_id" TEXT,
    "end_user" TEXT,
    "status" TEXT NOT NULL,
    "spend_nanos" BIGINT NOT NULL,
    "total_tokens" INTEGER NOT NULL,
    "detail" JSONB NOT NULL
);

-- CreateTable
CREATE TABLE "ledger_state" (
    "journal_id" TEXT NOT NULL PRIMARY KEY,
    "file" TEXT NOT NULL,
    "offset" BIGINT NOT NULL,
    "updated_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "config_models" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "model_name" TEXT NOT NULL,
    "litellm_params" JSONB NOT NULL,
    "model_info" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "feed_head" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sequence" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "change_feed" (
    "sequence" BIGINT NOT NULL PRIMARY KEY,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "virtual_keys_key_alias_key" ON "virtual_keys"("key_alias");

-- CreateIndex
CREATE INDEX "virtual_keys_user_id_idx" ON "virtual_keys"("user_id");

-- CreateIndex
CREATE INDEX "virtual_keys_team_id_idx" ON "virtual_keys"("team_id");

-- CreateIndex
CREATE INDEX "spend_logs_started_at_idx" ON "spend_logs"("started_at");

-- CreateIndex
CREATE INDEX "spend_logs_api_key_hash_started_at_idx" ON "spend_logs"("api_key_hash", "started_at");

-- CreateIndex
CREATE INDEX "spend_logs_user_id_started_at_idx" ON "spend_logs"("user_id", "started_at");

-- CreateIndex
CREATE INDEX "spend_logs_team_id_started_at_idx" ON "spend_logs"("team_id", "started_at");

-- CreateIndex
CREATE INDEX "config_models_model_name_idx" ON "config_models"("model_name");
