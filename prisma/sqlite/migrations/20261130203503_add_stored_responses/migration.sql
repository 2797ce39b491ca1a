-- CreateTable
CREATE TABLE "stored_responses" (
    "id" TEXT NOT NULL,
    "api_key_hash" TEXT NOT NULL,
    "model_group" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "keeper" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "chain" JSONB NOT NULL,
    "content" TEXT,
    "conversation_bytes" INTEGER NOT NULL,
    "unsettled" BOOLEAN NOT NULL DEFAULT false,
    "created_at" DATETIME NOT NULL,
    "expires_at" DATETIME NOT NULL,

    PRIMARY KEY ("id", "api_key_hash")
);

-- CreateIndex
CREATE INDEX "stored_responses_expires_at_idx" ON "stored_responses"("expires_at");
