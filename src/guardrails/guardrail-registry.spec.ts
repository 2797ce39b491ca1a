import { GuardrailRegistry, guardrailTypes } from './guardrail-registry.js';
import { passingGuardrail } from './testing/guardrail-types.js';

it('finds each kind by its id, and nothing else', () => {
  const registry = new GuardrailRegistry([passingGuardrail('a'), passingGuardrail('b')]);
  expect(registry.ids).toEqual(['a', 'b']);
  expect(registry.find('a')?.id).toBe('a');
  expect(registry.find('c')).toBeNull();
});

it('takes no id twice: one of them would silently stand for both', () => {
  expect(() => new GuardrailRegistry([passingGuardrail('a'), passingGuardrail('a')])).toThrow('one id');
  expect(() => new GuardrailRegistry(guardrailTypes)).not.toThrow();
});
