// What `npm run seed` tells: changes as a distribution has them, oldest first. Titles and versions follow Debian's habits.
// [state, title, [[source package, version], …], failure]; a failure is [the step it happens at, code, kind, reason].
const tests = (step, reason) => [step, 'tests.failed', 'product', reason];
const build = (reason) => [200, 'build.failed', 'product', reason];

export const CHANGES = [
  ['complete', 'tzdata 2026b: new rules for Paraguay', [['tzdata', '2026b-0+deb13u1']]],
  ['complete', 'OpenSSH: do not log keys of refused logins', [['openssh', '1:10.0p1-7+deb13u1']]],
  ['complete', 'curl: cookies of an IP address stay with it', [['curl', '8.14.1-2+deb13u2']]],
  ['complete', 'glibc: getaddrinfo keeps its order with one server down', [['glibc', '2.41-12+deb13u1']]],
  ['closed', 'systemd 257.9: stable update', [['systemd', '257.9-1~deb13u1']]],
  ['complete', 'PostgreSQL 17.7: security release of November', [['postgresql-17', '17.7-0+deb13u1']]],
  ['complete', 'Perl: File::Temp cleans up after fork', [['perl', '5.40.1-6+deb13u1']]],
  ['complete', 'nginx: HTTP/2 window update after a reset', [['nginx', '1.26.3-3+deb13u2']]],
  ['complete', 'ca-certificates: drop two distrusted roots', [['ca-certificates', '20260815']]],
  [
    'failed',
    'Samba 4.22.6 with its ldb',
    [
      ['samba', '2:4.22.6+dfsg-0+deb13u1'],
      ['talloc', '2:2.4.3+samba4.22.6'],
    ],
    build('ldb_tdb: undefined reference to tdb_transaction_active'),
  ],
  ['publishing', 'util-linux: fallocate on overlayfs', [['util-linux', '2.41-5+deb13u1']]],
  ['complete', 'sudo: close the chroot option for good', [['sudo', '1.9.16p2-3+deb13u1']]],
  [
    'testing',
    'Linux 6.12.63: stable kernel update',
    [
      ['linux', '6.12.63-1'],
      ['linux-signed-amd64', '6.12.63+1'],
    ],
  ],
  [
    'failed',
    'GRUB: read LUKS2 headers with Argon2',
    [['grub2', '2.12-9+deb13u1']],
    tests(400, 'boot-uefi: no login prompt within 300 s of the boot menu'),
  ],
  ['testing', 'Git 2.47.4: refuse odd submodule paths', [['git', '1:2.47.4-0+deb13u1']]],
  ['publishing', 'BIND 9.20.16: security release', [['bind9', '1:9.20.16-1~deb13u1']]],
  [
    'retried',
    'libxml2: bound the depth of entities',
    [['libxml2', '2.12.7+dfsg+really2.9.14-2.1+deb13u2']],
    build('dh_makeshlibs: symbol xmlCtxtSetMaxAmplification is new, but not in libxml2.symbols'),
  ],
  ['testing', 'Mesa 25.0.7: fix tearing on Wayland', [['mesa', '25.0.7-2+deb13u1']]],
  [
    'failed',
    'Docker 26.1.5: rebuild with Go 1.24.11',
    [
      ['docker.io', '26.1.5+dfsg1-9+deb13u1'],
      ['containerd', '1.7.24~ds1-6+deb13u1'],
    ],
    [300, 'image.timeout', 'timeout', 'The image builder gave no sign of life for 60 minutes'],
  ],
  ['closed', 'vim: update the runtime files', [['vim', '2:9.1.1230-2+deb13u1']]],
  ['image', 'Firefox 140.6 ESR', [['firefox-esr', '140.6.0esr-1~deb13u1']]],
  ['testing', 'PHP 8.4.16: security release', [['php8.4', '8.4.16-1~deb13u1']]],
  ['image', 'NetworkManager: keep the VPN when Wi-Fi roams', [['network-manager', '1.52.1-1+deb13u1']]],
  [
    'failed',
    'Redis 8.0.5 and its Lua',
    [['redis', '5:8.0.5-1~deb13u1']],
    [200, 'build.depends', 'infra', 'liblua5.1-dev could not be fetched: the mirror answered 503'],
  ],
  [
    'retried',
    'Python 3.13.11: bug fixes',
    [['python3.13', '3.13.11-1~deb13u1']],
    build('test_ssl: 3 of 412 tests failed: test_handshake, test_resume, test_sni'),
  ],
  ['image', 'QEMU 10.0.7: live migration with virtio-fs', [['qemu', '1:10.0.7+ds-0+deb13u1']]],
  ['built', 'rsync: compare checksums before the daemon trusts them', [['rsync', '3.4.1+ds1-5+deb13u1']]],
  [
    'failed',
    'OpenSSL 3.5.5 and what it breaks',
    [
      ['openssl', '3.5.5-1~deb13u1'],
      ['curl', '8.14.1-2+deb13u3'],
      ['python-cryptography', '43.0.0-3+deb13u1'],
    ],
    tests(400, '2 of 310 tests failed: tls-client-auth, tls-resume-after-rekey'),
  ],
  ['built', 'CUPS: refuse printers with odd names', [['cups', '2.4.10-3+deb13u2']]],
  ['building', 'Node.js 20.19.6: security release', [['nodejs', '20.19.6+dfsg-1~deb13u1']]],
  ['building', 'ImageMagick: limits for SVG', [['imagemagick', '8:7.1.1.43+dfsg1-1+deb13u4']]],
  [
    'failed',
    'expat 2.7.4: bound the memory of a parser',
    [['expat', '2.7.4-0+deb13u1']],
    [500, 'publish.conflict', 'conflict', 'expat 2.7.4-1 is in the archive already'],
  ],
  ['building', 'LibreOffice 25.2.7: crashes in Impress', [['libreoffice', '4:25.2.7-1~deb13u1']]],
  ['building', 'GCC 14: fix wrong code with -ftree-vectorize', [['gcc-14', '14.2.0-19+deb13u1']]],
  ['built', 'SQLite: keep the index when VACUUM is interrupted', [['sqlite3', '3.46.1-7+deb13u1']]],
  [
    'building',
    'WebKitGTK 2.50.4 with its Wayland backend',
    [
      ['webkit2gtk', '2.50.4-1~deb13u1'],
      ['wpebackend-fdo', '1.16.0-1+deb13u1'],
    ],
  ],
  ['queued', 'dpkg: sort triggers in the order of configuration', [['dpkg', '1.22.22']]],
  ['queued', 'Thunderbird 140.6 ESR', [['thunderbird', '1:140.6.0esr-1~deb13u1']]],
  ['queued', 'zlib: check lengths in contrib/minizip', [['zlib', '1:1.3.dfsg+really1.3.1-1+deb13u1']]],
  ['queued', 'Apache 2.4.66: security release', [['apache2', '2.4.66-1~deb13u1']]],
];
