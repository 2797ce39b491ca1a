-- On large tables make these by hand beforehand, see docs/database.md.
-- CreateIndex
CREATE INDEX IF NOT EXISTS "daily_spend_kind_date_id_idx" ON "daily_spend"("kind", "date", "id");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "daily_spend_model_date_idx" ON "daily_spend"("model", "date");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "spend_logs_end_user_started_at_idx" ON "spend_logs"("end_user", "started_at");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_user_id_created_at_token_idx" ON "virtual_keys"("user_id", "created_at", "token");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_team_id_created_at_token_idx" ON "virtual_keys"("team_id", "created_at", "token");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_organization_id_created_at_token_idx" ON "virtual_keys"("organization_id", "created_at", "token");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_blocked_created_at_token_idx" ON "virtual_keys"("blocked", "created_at", "token");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_updated_at_token_idx" ON "virtual_keys"("updated_at", "token");

-- CreateIndex
CREATE INDEX IF NOT EXISTS "virtual_keys_expires_token_idx" ON "virtual_keys"("expires", "token");
