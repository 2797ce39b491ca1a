import { bestTimeOf, check, makeGuardrail } from '../testing/checking.js';
import { languageGuardrail } from './language.js';

const make = (parameters: Record<string, unknown>) => makeGuardrail(languageGuardrail, parameters);

const texts = {
  en: 'Could you please tell me how I can reset the password of my account?',
  de: 'Können Sie mir bitte sagen, wie ich mein Passwort zurücksetzen kann?',
  fr: 'Pouvez-vous me dire comment réinitialiser mon mot de passe ?',
  es: '¿Podría decirme cómo restablecer la contraseña de mi cuenta?',
  it: 'Potresti dirmi come reimpostare la password del mio account?',
  nl: 'Kunt u mij vertellen hoe ik het wachtwoord van mijn account opnieuw instel?',
  pl: 'Czy możesz mi powiedzieć, jak zresetować hasło do mojego konta?',
  ru: 'Не могли бы вы подсказать, как мне сбросить пароль от учётной записи?',
  ja: 'アカウントのパスワードをリセットする方法を教えていただけますか。',
  zh: '请告诉我如何重置我的账户密码，以便我可以重新登录这个系统并继续工作。',
  ar: 'هل يمكنك إخباري كيف أعيد تعيين كلمة المرور الخاصة بحسابي؟',
};

describe('languages', () => {
  it.each(Object.entries(texts))('%s is told', async (code, text) => {
    expect((await check(make({ allowed_languages: [code.toUpperCase()] }), text)).action).toBe('pass');
    expect(await check(make({ denied_languages: [code] }), text)).toMatchObject({
      action: 'block',
      findings: [{ kind: `language_${code}`, count: 1 }],
    });
  });

  it('that are not allowed are blocked with those that are', async () => {
    expect(await check(make({ allowed_languages: ['en', 'de'] }), texts.fr)).toMatchObject({
      reason: 'it is written in a language that is not served here (fr). Write in one of: en, de.',
    });
  });

  it('of short texts, code and numbers pass undecided', async () => {
    const guardrail = make({ allowed_languages: ['ja'] });
    for (const text of ['ok', 'Bonjour !', '12345 67890 12345 67890 12345', '{}[];;()=>{}[];;()=>{}[]']) {
      expect([text, (await check(guardrail, text)).action]).toEqual([text, 'pass']);
    }
  });

  it('are those of most of a long text, wherever the rest stands', async () => {
    const guardrail = make({ allowed_languages: ['en'] });
    expect((await check(guardrail, `${texts.fr} ${texts.en.repeat(40)}`)).action).toBe('pass');
    expect((await check(guardrail, `${texts.en} ${texts.fr.repeat(60)}`)).action).toBe('block');
  });

  it('of the roles that are named', async () => {
    const system = [{ text: texts.fr, role: 'system' as const }];
    expect((await check(make({ allowed_languages: ['en'] }), system)).action).toBe('pass');
    expect((await check(make({ allowed_languages: ['en'], roles: ['system'] }), system)).action).toBe('block');
    expect(
      (
        await check(make({ allowed_languages: ['en'] }), [{ text: texts.fr, role: 'assistant' }], {
          direction: 'answer',
        })
      ).action,
    ).toBe('block');
  });

  it('of a megabyte are told in no more time than those of a page', async () => {
    const guardrail = make({ allowed_languages: ['en'] });
    const page = await bestTimeOf(() => check(guardrail, texts.en.repeat(60)));
    expect(await bestTimeOf(() => check(guardrail, 'é'.repeat(1_000_000)))).toBeLessThan(page * 10 + 20);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{}, /one of/],
    [{ allowed_languages: ['en'], denied_languages: ['de'] }, /not both/],
    [{ allowed_languages: ['klingon'] }, /Those are: am/],
  ])('%j is a mistake', (parameters, message) => {
    expect(() => make(parameters)).toThrow(message);
  });
});
