/** Together draws by width and height, and calls base64 by its name. */
// https://docs.together.ai/reference/post-images-generations
import type { EndpointFacts } from '../catalog-row.js';

export const togetherImages: EndpointFacts = {
  unsupported: ['background', 'moderation', 'output_compression', 'quality', 'style', 'user'],
  request(body) {
    const { size, response_format: format, ...rest } = body;
    const [, width, height] = /^(\d+)x(\d+)$/.exec(String(size)) ?? [];
    return {
      ...rest,
      ...(width !== undefined && { width: Number(width), height: Number(height) }),
      ...(format !== undefined && { response_format: format === 'b64_json' ? 'base64' : format }),
    };
  },
};
