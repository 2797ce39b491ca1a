/** The session of an invitation's page: good for its own invitation, for a quarter of an hour, and made by the gateway alone. */
import type { SettingsService } from '../../../config/settings.service.js';
import { OnboardingSessions } from './onboarding-sessions.js';

function sessions(masterKey = 'sk-one') {
  const state = { nowMs: 1_000_000 };
  const settings = { general: { masterKey } } as unknown as SettingsService;
  return { state, made: new OnboardingSessions(settings, { now: () => state.nowMs, monotonic: () => 0 }) };
}

it('is open for 15 minutes, for its invitation', () => {
  const { made, state } = sessions();
  const session = made.open('hash');
  expect(made.isOpen('hash', session)).toBe(true);
  expect(made.isOpen('other', session)).toBe(false);
  state.nowMs += 15 * 60_000 - 1;
  expect(made.isOpen('hash', session)).toBe(true);
  state.nowMs += 1;
  expect(made.isOpen('hash', session)).toBe(false);
});

it('every process of an installation knows it, and no other', () => {
  const session = sessions().made.open('hash');
  expect(sessions().made.isOpen('hash', session)).toBe(true);
  expect(sessions('sk-two').made.isOpen('hash', session)).toBe(false);
});

it.each(['', '.', 'none', '9999999999999', '9999999999999.', `${'9'.repeat(30)}.x`])('%j is none', (text) => {
  expect(sessions().made.isOpen('hash', text)).toBe(false);
});

it('a later end is not signed', () => {
  const { made } = sessions();
  const [end = '', signature = ''] = made.open('hash').split('.');
  expect(made.isOpen('hash', `${Number(end) + 1}.${signature}`)).toBe(false);
});
