import t from 'tap';
import { AddressRange, formatAddress, parseAddress, parseAddressRange } from '../../src/lib/address-range.ts';

const has = (range: string, address: string): boolean => parseAddressRange(range)!.contains(parseAddress(address)!);

t.test('a range contains the addresses that begin with its bits', async (t) => {
  t.equal(has('10.0.0.0/8', '10.255.0.1'), true);
  t.equal(has('10.0.0.0/8', '11.0.0.1'), false);
  t.equal(has('192.168.1.7/24', '192.168.1.200'), true, 'bits behind the length are ignored');
  t.equal(has('0.0.0.0/0', '255.255.255.255'), true);
  t.equal(has('255.255.255.255/32', '255.255.255.255'), true);
  t.equal(has('255.255.255.254/32', '255.255.255.255'), false);
  t.equal(has('2001:db8::/33', '2001:db8:7fff::1'), true);
  t.equal(has('2001:db8::/33', '2001:db8:8000::1'), false);
  t.equal(has('fe80::1/128', 'fe80::1%eth0'), true);
  t.equal(has('::/0', '::1'), true);
});

t.test('an address alone is a range of one', async (t) => {
  t.equal(has('10.0.0.1', '10.0.0.1'), true);
  t.equal(has('10.0.0.1', '10.0.0.2'), false);
});

t.test('an IPv4 address mapped into IPv6 is the IPv4 address', async (t) => {
  t.equal(has('10.0.0.0/8', '::ffff:10.1.2.3'), true);
  t.equal(has('::ffff:10.0.0.0/104', '10.1.2.3'), true);
  t.equal(has('::/0', '10.0.0.1'), false, 'otherwise the families are apart');
});

t.test('what is no range is none', async (t) => {
  for (const text of ['', 'a', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0/8', '10.0.0.0/8/8', '::/-1']) {
    t.equal(parseAddressRange(text), null, text);
  }
});

t.test('addresses are written in the usual notation', async (t) => {
  for (const text of ['10.0.0.1', '::', '::1', 'fd00::', '2001:db8::1:0:0:1', '1:2:3:4:5:6:7:8', '1:0:2:0:3:0:4:0']) {
    t.equal(formatAddress(parseAddress(text)!), text);
  }
  t.equal(new AddressRange(parseAddress('fd12:3456::1')!, 20).network, 'fd12:3000::');
});

t.test('a range includes narrower ones', async (t) => {
  const includes = (wide: string, narrow: string): boolean =>
    parseAddressRange(wide)!.includes(parseAddressRange(narrow)!);
  t.equal(includes('10.0.0.0/8', '10.2.0.0/16'), true);
  t.equal(includes('10.0.0.0/8', '10.0.0.0/8'), true);
  t.equal(includes('10.2.0.0/16', '10.2.0.0/8'), false);
  t.equal(includes('fd00::/16', 'fd00:1::/48'), true);
  t.equal(includes('::/0', '10.0.0.0/8'), false);
});
