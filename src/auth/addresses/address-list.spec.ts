/** Addresses in ranges, whatever way each of them is written. */
import { AddressList } from './address-list.js';

it.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
  [['10.0.0.0/8'], '::ffff:a01:203', true],
  [['::ffff:10.0.0.0/104'], '10.1.2.3', true],
  [['::ffff:10.0.0.0/104'], '11.1.2.3', false],
  [['10.1.2.3'], '10.1.2.3', true],
  [['10.1.2.3'], '10.1.2.4', false],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:DB8:0:0::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['::/0'], '10.1.2.3', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['10.1.2.3'], '64:ff9b::10.1.2.3', false],
  [['10.1.2.3'], '010.1.2.3', false],
  [['10.1.2.3'], '10.1.2.3:80', false],
  [['10.1.2.3'], '10.1.2.3, 1.1.1.1', false],
  [['10.1.2.3'], '', false],
  [['nowhere', '10.0.0.0/99', ''], '10.1.2.3', false],
  [[], '10.1.2.3', false],
])('%j holds %j: %p', (entries, address, expected) => {
  expect(new AddressList(entries).holds(address)).toBe(expected);
});
