INSERT INTO "credentials" ("name", "sealed_values", "info", "created_by", "updated_at", "updated_by") VALUES ('c1', 'v1:x', '{"note": "x"}', 'admin', '2026-11-24T00:00:00.000+00:00', 'admin');
INSERT INTO "config_settings" ("section", "name", "value", "updated_at", "updated_by") VALUES ('litellm_settings', 'drop_params', 'true', '2026-11-24T00:00:00.000+00:00', 'admin');
