/** The provider ids of LiteLLM: an entry for one that is not served here is no slip of the pen. */
export const litellmProviders: ReadonlySet<string> = new Set(
  `
  a2a ai21 ai21_chat aiml aleph_alpha amazon_nova anyscale apertis assemblyai auto_router aws_polly azure azure_ai
  azure_text baseten bedrock bedrock_converse bedrock_mantle bigmodel bria bytez cerebras charity_engine chatgpt
  chutes clarifai cloudflare codestral cognition cohere cohere_chat cometapi cortecs custom custom_openai
  darkbloom dashscope databricks datarobot deepgram deepinfra deepseek docker_model_runner dotprompt edenai
  elevenlabs empower fal_ai featherless_ai fireworks_ai friendliai galadriel gemini gigachat github github_copilot
  gradient_ai groq helicone heroku hosted_vllm huggingface hyperbolic inception infinity jina_ai lambda_ai
  langgraph lemonade libertai litellm_agent litellm_proxy llamafile lm_studio manus maritalk meta meta_llama
  microsoft_365_copilot minimax mistral modelscope moonshot morph nadir nano-gpt nebius neosantara nlp_cloud
  novita nscale nvidia_nim nvidia_riva oci ollama ollama_chat oobabooga openai_like openrouter ovhcloud palm
  parasail perplexity petals pinstripes poe predibase prism publicai qwen_ai_platform qwencloud ragflow recraft
  reka replicate runwayml sagemaker sagemaker_chat sail sambanova scaledown scaleway scx-ai snowflake soniox
  stability synthetic tencent tensormesh text-completion-codestral text-completion-openai together_ai topaz triton
  v0 vercel_ai_gateway vertex_ai vertex_ai_beta vllm volcengine voyage wandb watsonx watsonx_text xai xiaomi_mimo
  xinference zai
`
    .trim()
    .split(/\s+/),
);
