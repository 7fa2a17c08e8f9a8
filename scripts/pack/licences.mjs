/** What everything that is shipped may be used under: texts of licences, and a list of components (CycloneDX 1.5). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from '../stamp.mjs'
import { findPackage, notShipped, packageNameOf } from './shipped-packages.mjs'

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
  const all = [
    ...ofRegistry,
    ...imageLibraries(root, packages),
    ...rtcLibraries(root, packages),
    { name: 'node', version: node.version, license: 'MIT', purl: `pkg:generic/node@${node.version}`, texts: textsIn(nodeFolder) },
    {
      name: ffmpeg.name,
      version: ffmpegVersion,
      license: ffmpeg.license,
      purl: `pkg:generic/ffmpeg@${ffmpegVersion}`,
      texts: [ffmpeg.text],
    },
  ]
  // A package may be installed in two places.
  const byUrl = new Map(all.map((each) => [each.purl, each]))
  return [...byUrl.values()].sort((one, other) => one.name.localeCompare(other.name))
}

/** Packages that a folder of sources imports. */
function importedBy(root, folder) {
  const names = new Set()
  for (const file of filesBelow(join(root, folder)).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))) {
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport |\bimport\()'([@a-z][^']*)'/g))
      if (!specifier.startsWith('node:')) names.add(packageNameOf(specifier))
  }
  return names
}

/** Packages that are compiled into the page and the program, of which no file of its own is shipped, with what they need themselves. */
export function bundledPackages(root, shipped) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const present = new Set(shipped.map(({ path }) => path))
  const found = new Map()
  const add = (path) => {
    if (path === undefined || present.has(path) || found.has(path) || !existsSync(join(root, path, 'package.json'))) return
    const { name, version, license, dependencies: needed = {} } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
    found.set(path, { name, version, license, path })
    for (const each of Object.keys(needed)) add(findPackage(root, path, each))
  }
  const imported = ['src-renderer', 'src-client', 'src-main'].flatMap((folder) => [...importedBy(root, folder)])
  for (const name of [...imported, ...Object.keys(dependencies)])
    if (!developmentAlone.has(name) && !notShipped.has(name)) add(join('node_modules', name))
  return [...found.values()]
}

/** Named by tests' doubles in these folders. */
const developmentAlone = new Set(['vitest', 'rolldown'])

const readmeNames = { archive: 'libarchive', exif: 'libexif', ffi: 'libffi', heif: 'libheif', imagequant: 'libimagequant', png: 'libpng' }
const moreReadmeNames = { rsvg: 'librsvg', tiff: 'libtiff', uhdr: 'libultrahdr', vips: 'libvips', webp: 'libwebp', xml2: 'libxml2' }

/** Libraries inside of sharp's image library, by what its package says of them. */
function imageLibraries(root, packages) {
  return packages
    .filter(({ name }) => name.startsWith('@img/sharp-libvips-'))
    .flatMap(({ path }) => {
      const readme = readFileSync(join(root, path, 'README.md'), 'utf8')
      const licences = new Map(
        [...readme.matchAll(/^\| (\S+) +\| (.+?) +\|$/gm)].map(([, name, text]) => [name, text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')]),
      )
      const versions = JSON.parse(readFileSync(join(root, path, 'versions.json'), 'utf8'))
      return Object.entries(versions).map(([name, version]) => {
        const known = { ...readmeNames, ...moreReadmeNames }[name] ?? name
        return {
          name: known,
          version,
          license: licences.get(known) ?? 'see the licences of sharp-libvips',
          purl: `pkg:generic/${known}@${version}`,
          texts: [readme.slice(readme.indexOf('## Licensing')).trim()],
        }
      })
    })
}

/** Libraries inside of node-datachannel's addon. */
function rtcLibraries(root, packages) {
  const path = packages.find(({ name }) => name === 'node-datachannel')?.path
  const build = path === undefined ? '' : readFileSync(join(root, path, 'CMakeLists.txt'), 'utf8')
  const version = /GIT_TAG "v?([^"]+)"/.exec(build)?.[1]
  if (version === undefined) return []
  const text = `libdatachannel and libjuice, which it brings, are under the Mozilla Public License 2.0; their source is at
https://github.com/paullouisageneau. With them come usrsctp and libSRTP (BSD 3-Clause), plog (MIT) and OpenSSL (Apache 2.0).`
  return [
    { name: 'libdatachannel', version, license: 'MPL-2.0', purl: `pkg:github/paullouisageneau/libdatachannel@${version}`, texts: [text] },
  ]
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
