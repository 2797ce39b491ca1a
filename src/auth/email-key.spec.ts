import { emailKeyOf } from './email-key.js';

it.each(['ada@example.com', 'Ada@Example.COM', '  ada@example.com\n'])('%j is one user', (email) => {
  expect(emailKeyOf(email)).toBe('ada@example.com');
});
