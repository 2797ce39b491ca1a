-- CreateTable
CREATE TABLE "guardrails" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "sealed_params" TEXT,
    "info" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "updated_by" TEXT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "guardrails_name_key" ON "guardrails"("name");
