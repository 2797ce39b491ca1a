/** The keys of LiteLLM's configuration that this version does not serve, and those that it must not ignore. */

export type Section =
  'top' | 'litellm_settings' | 'router_settings' | 'general_settings' | 'litellm_params' | 'model_info';

/** A key that protects access or spend: without it the gateway would allow what the operator forbade. */
export interface RefusedKey {
  /** What would happen if the key were ignored; completes "without it ...". */
  readonly risk: string;
  /** True for the values that protect; without it, every value that is set does. */
  readonly when?: (value: unknown) => boolean;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Ignored with a warning. */
export const unservedKeys: Readonly<Record<Section, readonly string[]>> = {
  top: words(`
    policies policy_attachments prompts mcp_servers mcp_tools search_tools sandbox_tools
    vector_store_registry agents agent_list finetune_settings assistant_settings callback_settings
    default_vertex_config plugins worker_registry`),
  litellm_settings: words(`
    callbacks success_callback failure_callback service_callbacks audit_log_callbacks redact_user_api_key_info json_logs budget_exceeded_throttle_percentage default_team_settings
    default_soft_budget max_ui_session_budget priority_reservation
    enable_json_schema_validation ssl_verify force_ipv4 enable_anthropic_prompt_caching mcp_aliases
    public_model_groups enable_redis_auth_cache user_url_validation set_verbose telemetry
    require_auth_for_metrics_endpoint expose_router_debug_in_errors ssl_certificate s3_callback_params
    langfuse_default_tags default_in_memory_ttl default_redis_ttl add_function_to_prompt model_alias_map
    disable_add_transform_inline_image_block suppress_debug_info forward_traceparent_to_llm_provider
    prometheus_initialize_budget_metrics prometheus_metrics_config custom_prometheus_metadata_labels
    custom_prometheus_tags disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only
    return_response_headers enable_preview_features model_group_settings check_provider_endpoint guardrails`),
  router_settings: words(`
    routing_groups cache_responses cache_kwargs caching_groups client_ttl set_verbose debug_level
    polling_interval default_litellm_params assistants_config alerting_config
    ignore_invalid_deployments`),
  general_settings: words(`
    database_disable_prepared_statements proxy_config_reload_interval_seconds
    max_parallel_requests global_max_parallel_requests max_in_flight_requests_per_worker max_queued_requests_per_worker
    completion_model infer_model_from_keys alerting_threshold use_redis_transaction_buffer coordination_redis  self_serve_budget_policy forward_client_headers_to_llm_api cancel_on_disconnect maximum_spend_logs_size
    use_spend_logs_partitioning include_call_id_in_error_body ui_access_mode encryption_algorithm plugins
    dynamic_rate_limit_tpm disable_adding_master_key_hash_to_db disable_error_logs disable_reset_budget
    disable_retry_on_max_parallel_request_limit_error
    disable_master_key_return enable_public_model_hub proxy_budget_rescheduler_min_time
    proxy_budget_rescheduler_max_time spend_report_frequency
    store_model_in_db_interval supported_db_objects use_azure_key_vault use_google_kms
    key_management_settings allowed_origins mcp_client_side_auth_header_name mcp_internal_ip_ranges
    dangerously_permit_weak_or_unset_master_key allow_client_side_credentials token_rate_limit_type`),
  litellm_params: words(`
    tag_regex keepalive_seconds itpm otpm tpd rpd max_file_size_mb merge_reasoning_content_in_choices use_litellm_proxy auto_router_config
    auto_router_config_path auto_router_default_model auto_router_embedding_model complexity_router_config
    cache_control_injection_points`),
  model_info: words(`
    supported_environments`),
};

const isTrue = (value: unknown): boolean => value === true || /^(true|yes|on)$/i.test(String(value));

/** LiteLLM's callbacks that refuse or change requests, and are no mere observers. */
const enforcingCallbacks = new Set(
  words(`
    detect_prompt_injection llmguard_moderations hide_secrets lakera_prompt_injection llamaguard_moderations
    google_text_moderation banned_keywords aporia_prompt_injection presidio openai_moderations
    batch_redis_requests azure_content_safety dynamic_rate_limiter dynamic_rate_limiter_v3`),
);

function namesEnforcing(value: unknown): boolean {
  return (Array.isArray(value) ? value : [value]).some((name) => enforcingCallbacks.has(String(name)));
}

/** True where any guardrail of the list, in LiteLLM's old form, applies without being asked for. */
function isDefaultOn(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isDefaultOn);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => (key === 'default_on' ? isTrue(inner) : isDefaultOn(inner)));
}

const budget = 'spend would have no such limit';
const authentication = 'callers would not be checked that way';

/** The gateway does not start with one of these set. */
export const refusedKeys: Readonly<Record<Section, Readonly<Record<string, RefusedKey>>>> = {
  top: {
    policy_attachments: { risk: 'content would pass that the attached policies are to stop' },
  },
  litellm_settings: {
    max_user_budget: { risk: budget },
    block_requests_for_models_without_pricing: { risk: 'models without a price would be served, and cost nothing' },
    banned_keywords_list: { risk: 'requests with these words would be served' },
    guardrails: { risk: 'content would pass that a `default_on` guardrail is to stop', when: isDefaultOn },
    callbacks: { risk: 'requests would pass that one of these callbacks is to stop', when: namesEnforcing },
  },
  router_settings: {},
  general_settings: {
    enable_oauth2_proxy_auth: { risk: authentication },
    key_management_system: { risk: '`os.environ/` would read the environment instead of the secret manager' },
  },
  litellm_params: {
    guardrails: { risk: 'content would pass that these guardrails are to stop' },
  },
  model_info: {},
};
