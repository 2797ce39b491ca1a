/** Which licensed features are on, and why those are off that were switched on. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK } from '#src/config/ports.js';
import { SettingsService } from '#src/config/settings.service.js';
import type { Clock } from '#src/core/spec/clock.js';
import { checkLicence, licensedFeatures, licenses, type Licence, type LicensedFeature } from './licence.js';

export const LICENCE_PUBLIC_KEYS = Symbol('LICENCE_PUBLIC_KEYS');

/** The switch of each feature in the environment: `1` or `true`. */
export const featureSwitches: Readonly<Record<LicensedFeature, string>> = { audit_export: 'TOLLGATE_AUDIT_EXPORT' };

export interface FeatureState {
  readonly feature: LicensedFeature;
  readonly on: boolean;
  /** Why it is off. */
  readonly reason: string | null;
}

@Injectable()
export class FeatureBoard {
  readonly #logger = new Logger('Enterprise');
  readonly #faults = new Map<LicensedFeature, string>();
  readonly #logged = new Set<string>();

  constructor(
    private readonly settings: SettingsService,
    @Inject(LICENCE_PUBLIC_KEYS) private readonly publicKeys: readonly string[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Null where there is no valid one. */
  licence(): Licence | null {
    const check = this.#check();
    return check.valid ? check.licence : null;
  }

  /** Whether a feature is to work now; where it was switched on and cannot be, the log says once why. */
  isOn(feature: LicensedFeature): boolean {
    const { on, reason } = this.stateOf(feature);
    if (!on && this.isSwitchedOn(feature)) this.#logOnce(`${feature} is switched on and off all the same: ${reason}.`);
    return on;
  }

  /** Something else than the licence keeps it from working, such as its settings. */
  reportFault(feature: LicensedFeature, reason: string): void {
    this.#faults.set(feature, reason);
    this.#logOnce(`${feature} is switched on and off all the same: ${reason}.`);
  }

  states(): FeatureState[] {
    return licensedFeatures.map((feature) => this.stateOf(feature));
  }

  stateOf(feature: LicensedFeature): FeatureState {
    const off = (reason: string): FeatureState => ({ feature, on: false, reason });
    if (!this.isSwitchedOn(feature)) return off(`${featureSwitches[feature]} is not set`);
    const check = this.#check();
    if (!check.valid) return off(check.reason);
    if (!licenses(check.licence, feature)) return off(`the licence does not cover ${feature}`);
    const fault = this.#faults.get(feature);
    return fault === undefined ? { feature, on: true, reason: null } : off(fault);
  }

  private isSwitchedOn(feature: LicensedFeature): boolean {
    return /^(1|true|yes|on)$/i.test(this.settings.current().environment[featureSwitches[feature]] ?? '');
  }

  #check(): ReturnType<typeof checkLicence> {
    return checkLicence(this.settings.current().environment['TOLLGATE_LICENSE'], this.publicKeys, this.clock.now());
  }

  #logOnce(message: string): void {
    if (this.#logged.has(message)) return;
    this.#logged.add(message);
    this.#logger.error(message);
  }
}
