/** Provides deployments with their connections, to every room. */
import { Global, Module } from '@nestjs/common';
import { EgressProfiles } from './egress-profiles.service.js';
import { UpstreamConnections } from './upstream-connections.service.js';

@Global()
@Module({ providers: [EgressProfiles, UpstreamConnections], exports: [UpstreamConnections] })
export class UpstreamsModule {}
