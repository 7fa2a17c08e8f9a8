/** Programs of the machine that the real parts of the tests need, and the Debian packages that hold them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { say, timed } from './progress.mjs'

const inPath = (...names) =>
  names.some((name) => `${process.env.PATH ?? ''}${delimiter}/usr/sbin`.split(delimiter).some((folder) => existsSync(join(folder, name))))

/** Descriptions of libraries are below /usr/lib/ARCHITECTURE. */
const hasTypelib = (name) =>
  existsSync('/usr/lib') && readdirSync('/usr/lib').some((folder) => existsSync(`/usr/lib/${folder}/girepository-1.0/${name}.typelib`))

/** What `npm run build:mediasoup` needs. */
export const mediasoupPackages = [
  'g++',
  'cmake',
  'ninja-build',
  'pkg-config',
  'libuv1-dev',
  'libssl-dev',
  'libsrtp2-dev',
  'libabsl-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
]
const mediasoupHeaders = ['uv.h', 'openssl/ssl.h', 'srtp2/srtp.h', 'absl/strings/string_view.h', 'flatbuffers/flatbuffers.h']

/** What `npm run build:obs-plugin` needs. */
export const obsPluginPackages = ['gcc', 'g++', 'libobs-dev']

/** @param {string} name of the package @param {string} file */
const nginxModule = (name, file) => ({
  packages: ['nginx-light', name],
  present: () => process.platform !== 'linux' || (inPath('nginx') && existsSync(`/usr/lib/nginx/modules/${file}.so`)),
  required: false,
})

const dependencies = [
  { packages: ['chromium'], present: () => inPath('chromium', 'chromium-browser', 'google-chrome'), required: true },
  { packages: ['ffmpeg'], present: () => inPath('ffmpeg') && inPath('ffprobe'), required: true },
  { packages: ['xvfb', 'xauth'], present: () => inPath('Xvfb') && inPath('xauth'), required: process.platform === 'linux' },
  {
    packages: ['nginx-light', 'libnginx-mod-rtmp'],
    present: () => inPath('nginx') && existsSync('/usr/lib/nginx/modules/ngx_rtmp_module.so'),
    required: false,
  },
  nginxModule('libnginx-mod-http-js', 'ngx_http_js_module'),
  nginxModule('libnginx-mod-http-geoip2', 'ngx_http_geoip2_module'),
  nginxModule('libnginx-mod-http-brotli-filter', 'ngx_http_brotli_filter_module'),
  { packages: ['cups-client'], present: () => process.platform !== 'linux' || inPath('lp'), required: false },
  {
    packages: ['libfaketime'],
    present: () =>
      process.platform !== 'linux' || existsSync('/usr/lib/x86_64-linux-gnu/faketime') || existsSync('/usr/lib/aarch64-linux-gnu/faketime'),
    required: false,
  },
  { packages: ['coturn'], present: () => inPath('turnserver'), required: false },
  { packages: ['nftables'], present: () => process.platform !== 'linux' || inPath('nft'), required: false },
  { packages: ['iproute2'], present: () => process.platform !== 'linux' || inPath('ip', 'tc'), required: false },
  {
    packages: [
      'pipewire',
      'pipewire-bin',
      'pipewire-pulse',
      'wireplumber',
      'pulseaudio-utils',
      'dbus',
      'gstreamer1.0-tools',
      'gstreamer1.0-pipewire',
    ],
    present: () =>
      process.platform !== 'linux' ||
      ['pipewire', 'pw-play', 'pipewire-pulse', 'wireplumber', 'pactl', 'dbus-daemon', 'gst-launch-1.0'].every((name) => inPath(name)),
    required: false,
  },
  {
    packages: ['xdg-desktop-portal', 'python3-gi'],
    present: () => process.platform !== 'linux' || existsSync('/usr/libexec/xdg-desktop-portal'),
    required: false,
  },
  {
    packages: ['desktop-file-utils', 'appstream'],
    present: () => process.platform !== 'linux' || (inPath('desktop-file-validate') && inPath('appstreamcli')),
    required: false,
  },
  {
    packages: ['xfce4-panel', 'dunst', 'openbox', 'xdotool', 'dbus', 'xdg-utils'],
    present: () => process.platform !== 'linux' || ['xfce4-panel', 'dunst', 'openbox', 'xdotool'].every((name) => inPath(name)),
    required: false,
  },
  {
    packages: ['tigervnc-standalone-server', 'xterm', 'xclip', 'x11-xserver-utils'],
    present: () => process.platform !== 'linux' || ['Xvnc', 'xterm', 'xclip', 'xrandr'].every((name) => inPath(name)),
    required: false,
  },
  {
    packages: ['xserver-xorg-core', 'xserver-xorg-video-dummy'],
    present: () => process.platform !== 'linux' || existsSync('/usr/lib/xorg/modules/drivers/dummy_drv.so'),
    required: false,
  },
  {
    packages: ['sway', 'foot', 'wl-clipboard', 'xwayland'],
    present: () => process.platform !== 'linux' || ['sway', 'foot', 'wl-copy', 'Xwayland'].every((name) => inPath(name)),
    required: false,
  },
  {
    packages: ['openssh-server', 'sudo'],
    present: () => process.platform !== 'linux' || (inPath('sshd') && inPath('sudo')),
    required: false,
  },
  {
    packages: ['mmdebstrap', 'systemd-container'],
    present: () => process.platform !== 'linux' || (inPath('mmdebstrap') && inPath('systemd-nspawn')),
    required: false,
  },
  { packages: ['pebble'], present: () => process.platform !== 'linux' || inPath('pebble'), required: false },
  {
    packages: ['knot', 'knot-module-geoip', 'knot-dnsutils'],
    present: () => process.platform !== 'linux' || (inPath('knotd') && inPath('kdig')),
    required: false,
  },
  { packages: ['bird2'], present: () => process.platform !== 'linux' || inPath('bird'), required: false },
  { packages: ['mutter'], present: () => process.platform !== 'linux' || inPath('mutter'), required: false },
  {
    packages: ['g++-mingw-w64-x86-64'],
    present: () => process.platform !== 'linux' || inPath('x86_64-w64-mingw32-g++-posix'),
    required: false,
  },
  {
    packages: ['fonts-dejavu-core'],
    present: () => process.platform !== 'linux' || existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
    required: false,
  },
  {
    packages: mediasoupPackages,
    present: () =>
      process.platform !== 'linux' ||
      (['g++', 'cmake', 'ninja', 'pkg-config', 'flatc'].every((name) => inPath(name)) &&
        mediasoupHeaders.every((name) => existsSync(`/usr/include/${name}`))),
    required: false,
  },
  {
    packages: obsPluginPackages,
    present: () => process.platform !== 'linux' || existsSync('/usr/include/obs/obs-module.h'),
    required: false,
  },
  {
    packages: ['python3-simpleobsws'],
    present: () => process.platform !== 'linux' || existsSync('/usr/lib/python3/dist-packages/simpleobsws.py'),
    required: false,
  },
  { packages: ['obs-studio', 'obs-plugins', 'dbus-x11'], present: () => process.platform !== 'linux' || inPath('obs'), required: false },
  { packages: ['mkvtoolnix'], present: () => inPath('mkvinfo'), required: false },
  {
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'python3-gi',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
    ],
    present: () => hasTypelib('GstRtspServer-1.0') && existsSync('/usr/lib/python3/dist-packages/gi'),
    required: false,
  },
]

const isDebian = existsSync('/usr/bin/apt-get')

/** Whether packages can be installed without asking anybody: root on Debian. */
export const canInstall = () => isDebian && process.getuid?.() === 0

const servicePolicy = '/usr/sbin/policy-rc.d'

/** Has packages start none of the servers that they bring (invoke-rc.d(8)): tests start their own, on loopback. */
function withoutServices(work) {
  if (existsSync(servicePolicy)) return work()
  writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return work()
  } finally {
    rmSync(servicePolicy, { force: true })
  }
}

/** Installs packages; what apt-get said is shown where it failed. */
export async function installDebianPackages(packages) {
  say(`installing Debian packages: ${packages.join(' ')} ...`)
  await timed('Debian packages installed', () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const run = (...args) => spawnSync('apt-get', args, { env, encoding: 'utf8', maxBuffer: 1 << 26 })
    const update = run('update', '-q')
    const install = withoutServices(() => run('install', '-y', '-q', '--no-install-recommends', ...packages))
    // Nor at the next boot: this machine had no SSH server before.
    if (packages.includes('openssh-server')) spawnSync('systemctl', ['disable', '--quiet', 'ssh.service', 'ssh.socket'])
    if (install.status !== 0) process.stderr.write(`${update.stderr ?? ''}${install.stderr ?? ''}`)
  })
}

/** Installs what is missing where that is possible (root on Debian); throws with the list where it is not. */
export async function ensureDebianPackages() {
  const missing = dependencies.filter((need) => !need.present())
  if (missing.length === 0) return
  if (canInstall()) await installDebianPackages(missing.flatMap((need) => need.packages))
  const still = dependencies.filter((need) => !need.present())
  if (still.some((need) => need.required)) {
    const list = still.flatMap((need) => need.packages).join(' ')
    throw new Error(
      isDebian
        ? `The tests need Debian packages that are missing. Run: sudo apt-get install ${list}`
        : `The tests need programs that are missing: ${list}. Install them with your system's package manager.`,
    )
  }
}
