// Addresses that look public, and lead inside or nowhere: what cloud platforms answer at from within, and the special-purpose
// ranges of IANA's registries (https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry).
// Whole, though `ipaddr.js` knows most of them, so that the table can be compared with the registries.
import { Networks } from '../networks.js';

const PLATFORMS = [
  '168.63.129.16', // Azure: wire server, DNS, health probes
  '169.254.0.0/16', // most clouds: 169.254.169.254, AWS's .169.123 and .170.2, Tencent's .0.23, Scaleway's .42.42
  '100.100.0.0/16', // Alibaba: metadata at 100.100.100.200, DNS at 100.100.2.136
  '192.0.0.192', // Oracle
  '161.26.0.0/16', // IBM: services on its private network
  '166.8.0.0/14', // IBM: service end points on its private network
  'fd00:ec2::/32', // AWS: metadata at ::254, DNS at ::253
  'fd20:ce::254', // Google
  'fe80::a9fe:a9fe', // OpenStack
];

const IANA_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

const IANA_V6 = [
  ...[
    '::/128',
    '::1/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '100:0:0:1::/64',
    '2001::/23',
    '2001:db8::/32',
  ],
  ...['2002::/16', '2620:4f:8000::/48', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
];

/** None of them is called but where a setting lists it. */
export const SPECIAL = new Networks([...PLATFORMS, ...IANA_V4, ...IANA_V6]);
