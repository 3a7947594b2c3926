/** The scalars' normal forms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseE164, parseEmailAddress, parseWebUrl } from './scalars.ts';

test('e-mail addresses are kept in lower case', () => {
  assert.equal(parseEmailAddress('Ada.Lovelace+x@Example.org'), 'ada.lovelace+x@example.org');
});

test('what is no e-mail address is refused', () => {
  const texts = [
    '',
    '@',
    'a@',
    '@b.io',
    'a@b',
    'a b@c.io',
    'a@b.io\n',
    'a@b.io,c@d.io',
    '<a@b.io>',
    'a@@b.io',
    'a\0@b.io',
  ];
  for (const text of [...texts, `${'a'.repeat(65)}@b.io`, `a@${'b'.repeat(250)}.io`]) {
    assert.equal(parseEmailAddress(text), null, JSON.stringify(text.slice(0, 20)));
  }
});

test('phone numbers are E.164 as they stand', () => {
  assert.equal(parseE164('+4915112345678'), '+4915112345678');
  for (const text of ['', '015112345678', '+0151', '+49 151', '+49151123456789012', '+1;ext=1'])
    assert.equal(parseE164(text), null);
});

test('only web addresses without credentials are URLs', () => {
  assert.equal(parseWebUrl('HTTPS://Example.org'), 'https://example.org/');
  for (const text of [
    '',
    '/a.png',
    'javascript:alert(1)',
    'data:,x',
    'file:///etc/passwd',
    'https://u:p@x.io/',
    `https://x.io/${'a'.repeat(2048)}`,
  ]) {
    assert.equal(parseWebUrl(text), null, text.slice(0, 20));
  }
});
