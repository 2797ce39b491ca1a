/** Provides deployments with their connections, to every room. */
import { Global, Module } from '@nestjs/common';
import { EgressProfiles } from './egress-profiles.service.js';
import { OutboundHttp } from './outbound-http.service.js';
import { UpstreamConnections } from './upstream-connections.service.js';

@Global()
@Module({
  providers: [EgressProfiles, OutboundHttp, UpstreamConnections],
  exports: [OutboundHttp, UpstreamConnections],
})
export class UpstreamsModule {}
