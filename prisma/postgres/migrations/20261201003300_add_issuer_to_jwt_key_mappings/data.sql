INSERT INTO "jwt_key_mappings" ("id", "claim_name", "claim_value", "token", "created_by", "updated_at", "updated_by") VALUES ('j1', 'azp', 'app-1', 'bb22', 'admin', '2026-11-30T00:00:00Z', 'admin');
