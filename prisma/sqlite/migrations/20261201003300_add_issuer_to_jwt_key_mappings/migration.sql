-- DropIndex
DROP INDEX "jwt_key_mappings_claim_name_claim_value_key";

-- AlterTable
ALTER TABLE "jwt_key_mappings" ADD COLUMN "description" TEXT;
ALTER TABLE "jwt_key_mappings" ADD COLUMN "issuer" TEXT NOT NULL DEFAULT '';

-- CreateIndex
CREATE UNIQUE INDEX "jwt_key_mappings_issuer_claim_name_claim_value_key" ON "jwt_key_mappings"("issuer", "claim_name", "claim_value");
