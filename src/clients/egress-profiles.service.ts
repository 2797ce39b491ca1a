/** Keeps the egress profiles of the configuration that is in force; a changed policy makes new ones, and with them new connections. */
import { Injectable } from '@nestjs/common';
import type { GeneralSettings } from '../config/gateway-config.js';
import { SettingsService } from '../config/settings.service.js';
import type { EgressProfile } from '../core/spec/deployment.js';
import { Egress } from '../core/transport/egress.js';
import { metadataAddresses } from '../core/transport/metadata-addresses.js';
import { upstreamProfile, type UpstreamProfile } from '../core/transport/upstream-pools.js';

/** `metadata`: for credential exchanges of the operator's own deployments alone. */
type Profiles = Readonly<Record<EgressProfile | 'metadata', UpstreamProfile>>;

@Injectable()
export class EgressProfiles {
  private profiles: Profiles;

  constructor(settings: SettingsService) {
    this.profiles = profilesFor(settings.general.egress);
    settings.onChange((next) => {
      const changed = profilesFor(next.general.egress);
      return () => {
        this.profiles = changed;
      };
    });
  }

  current(profile: keyof Profiles): UpstreamProfile {
    return this.profiles[profile];
  }
}

/** @throws GatewayError `internal` whose detail names an entry of the policy that is neither a host nor a range */
function profilesFor(policy: GeneralSettings['egress']): Profiles {
  const egress = new Egress(policy);
  const withMetadata = new Egress({ ...policy, allowedCidrs: [...policy.allowedCidrs, ...metadataAddresses] });
  return {
    operator: upstreamProfile({ egress, egressProfile: 'operator' }),
    restricted: upstreamProfile({ egress, egressProfile: 'restricted' }),
    metadata: upstreamProfile({ egress: withMetadata, egressProfile: 'operator' }),
  };
}
