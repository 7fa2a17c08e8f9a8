/** What everything that is shipped may be used under: texts of licences, and a list of components (CycloneDX 1.5). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** FFmpeg comes inside of node-av's addon: neither npm nor the file itself names its licence. */
const ffmpeg = {
  name: 'ffmpeg',
  license: 'GPL-3.0-or-later',
  text: `FFmpeg and the libraries that are linked into it (x264, x265, SVT-AV1 and others) come inside of the addon of node-av,
@seydx/node-av-linux-${process.arch}. That build is under the GNU General Public License, version 3 or later. Whoever passes this package on
must meet it for that file: its source is that of FFmpeg (https://ffmpeg.org) in the version that \`streams doctor\` prints, with the
build scripts of node-av (https://github.com/seydx/node-av). On Debian the text of the licence is /usr/share/common-licenses/GPL-3.
AMI Streams itself is under the MIT licence and runs FFmpeg in processes of its own.`,
}

const licenceOf = (license) =>
  typeof license === 'string'
    ? license
    : Array.isArray(license)
      ? license.map((each) => each.type ?? each).join(' OR ')
      : (license?.type ?? 'see its text')

function textsIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
}

/** Everything that is in a package, besides the program: packages of the registry in the program and in the page, Node, FFmpeg. */
export function components({ root, packages, bundled, nodeFolder, ffmpegVersion }) {
  const ofRegistry = [...packages, ...bundled].map(({ name, version, license, path }) => ({
    name,
    version,
    license: licenceOf(license),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    texts: textsIn(join(root, path)),
  }))
  const node = JSON.parse(readFileSync(join(nodeFolder, 'package.json'), 'utf8'))
  return [
    ...ofRegistry,
    { name: 'node', version: node.version, license: 'MIT', purl: `pkg:generic/node@${node.version}`, texts: textsIn(nodeFolder) },
    {
      name: ffmpeg.name,
      version: ffmpegVersion,
      license: ffmpeg.license,
      purl: `pkg:generic/ffmpeg@${ffmpegVersion}`,
      texts: [ffmpeg.text],
    },
  ].sort((one, other) => one.name.localeCompare(other.name))
}

/** Packages that are compiled into the page and the program, of which no file of its own is shipped. */
export function bundledPackages(root, shipped) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = ['react', 'react-dom', 'scheduler', 'wouter', 'zustand', 'hls.js', 'dashjs', 'lucide-react', ...Object.keys(dependencies)]
  const present = new Set(shipped.map(({ path }) => path))
  return names
    .map((name) => join('node_modules', name))
    .filter((path) => !present.has(path) && lock[path] !== undefined && existsSync(join(root, path, 'package.json')))
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
      return { name, version, license, path }
    })
}

/** debian/copyright, which serves other systems as a list of licences as well. */
export function licenceDocument(found, own) {
  const rule = '-'.repeat(78)
  const byText = new Map()
  for (const { name, version, license, texts } of found) {
    const text = texts.length > 0 ? texts.join('\n\n') : `Licence: ${license}. Its package has no text of it.`
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`])
  }
  const parts = [...byText].map(([text, names]) => `${rule}\n${names.join('\n')}\n\n${text}\n`)
  return `AMI Streams\n\n${own.trim()}\n\nWhat is shipped with it:\n\n${parts.join('\n')}`
}

/** A bill of materials, CycloneDX 1.5 as JSON. `time`: ISO 8601. */
export function billOfMaterials(found, { version, time }) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: time,
      component: {
        'type': 'application',
        'bom-ref': 'ami-streams',
        'name': 'ami-streams',
        version,
        'licenses': [{ license: { id: 'MIT' } }],
      },
    },
    components: found.map(({ name, version: itsVersion, license, purl }) => ({
      'type': name === 'node' ? 'platform' : 'library',
      'bom-ref': purl,
      name,
      'version': itsVersion,
      purl,
      'licenses': [/^[A-Za-z0-9.+-]+$/.test(license) ? { license: { id: license } } : { license: { name: license } }],
    })),
  }
}
