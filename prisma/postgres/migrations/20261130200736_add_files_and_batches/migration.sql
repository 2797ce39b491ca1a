-- CreateTable
CREATE TABLE "stored_files" (
    "id" TEXT NOT NULL,
    "owner_key_hash" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "api_base" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "provider_file_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "batch_id" TEXT,
    "models" JSONB NOT NULL,
    "object" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "stored_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stored_batches" (
    "id" TEXT NOT NULL,
    "owner_key_hash" TEXT NOT NULL,
    "owner" JSONB NOT NULL,
    "provider" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "api_base" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "provider_batch_id" TEXT NOT NULL,
    "models" JSONB NOT NULL,
    "object" JSONB NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "finished" BOOLEAN NOT NULL DEFAULT false,
    "ledger_id" TEXT NOT NULL,
    "cost_state" TEXT NOT NULL DEFAULT 'pending',
    "claim" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "journaled_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_batches_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "stored_files_owner_key_hash_created_at_id_idx" ON "stored_files"("owner_key_hash", "created_at", "id");

-- CreateIndex
CREATE INDEX "stored_files_created_at_id_idx" ON "stored_files"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "stored_files_deployment_id_provider_file_id_key" ON "stored_files"("deployment_id", "provider_file_id");

-- CreateIndex
CREATE INDEX "stored_batches_owner_key_hash_created_at_id_idx" ON "stored_batches"("owner_key_hash", "created_at", "id");

-- CreateIndex
CREATE INDEX "stored_batches_created_at_id_idx" ON "stored_batches"("created_at", "id");

-- CreateIndex
CREATE INDEX "stored_batches_cost_state_due_at_idx" ON "stored_batches"("cost_state", "due_at");

-- CreateIndex
CREATE UNIQUE INDEX "stored_batches_deployment_id_provider_batch_id_key" ON "stored_batches"("deployment_id", "provider_batch_id");
