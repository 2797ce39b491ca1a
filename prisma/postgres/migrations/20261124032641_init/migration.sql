-- CreateTable
CREATE TABLE "virtual_keys" (
    "token" TEXT NOT NULL,
    "key_name" TEXT NOT NULL,
    "key_alias" TEXT,
    "models" JSONB NOT NULL,
    "expires" TIMESTAMPTZ(3),
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL,
    "user_id" TEXT,
    "team_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "virtual_keys_pkey" PRIMARY KEY ("token")
);

-- CreateTable
CREATE TABLE "spend_logs" (
    "request_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
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
    "detail" JSONB NOT NULL,

    CONSTRAINT "spend_logs_pkey" PRIMARY KEY ("request_id")
);

-- CreateTable
CREATE TABLE "ledger_state" (
    "journal_id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "offset" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_state_pkey" PRIMARY KEY ("journal_id")
);

-- CreateTable
CREATE TABLE "config_models" (
    "id" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "litellm_params" JSONB NOT NULL,
    "model_info" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "config_models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed_head" (
    "id" INTEGER NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "feed_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change_feed" (
    "sequence" BIGINT NOT NULL,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "change_feed_pkey" PRIMARY KEY ("sequence")
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
