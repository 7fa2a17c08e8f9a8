import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianFiles, noDebianRoot } from './debian-root.ts'

/** Debian 13: nginx 1.26, the first of Debian with HTTP/3. */
const release = 'trixie'
const packages = ['nginx', 'libnginx-mod-http-js', 'libnginx-mod-http-brotli-filter']

/**
 * Makes the program `nginx` in a folder, for the PATH: that of Debian 13 with modules and libraries of its own, whatever runs here. Returns
 * why that cannot be done, or undefined.
 */
export function makeHttp3Nginx(folder: string): string | undefined {
  const missing = noDebianRoot()
  if (missing !== undefined) return missing
  let root: string
  try {
    root = debianFiles(release, packages)
  } catch (error) {
    return `nginx of Debian 13 could not be had: ${(error as Error).message.split('\n').filter(Boolean).at(-1)}`
  }
  const libraries = join(root, 'usr/lib', readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '')
  const loader = readdirSync(libraries).find((name) => /^ld-linux-.*[.]so[.]\d$/.test(name)) ?? ''
  mkdirSync(join(folder, 'loader'), { recursive: true })
  // a process has the name of the file that is run, by which nodes know their nginx
  symlinkSync(join(libraries, loader), join(folder, 'loader/nginx'))
  const script = [
    '#!/bin/sh',
    `run() { exec '${folder}/loader/nginx' --library-path '${libraries}' '${root}/usr/sbin/nginx' "$@"; }`,
    '[ "$1" = -V ] || run "$@"',
    `(run -V 2>&1) | sed 's#--modules-path=/#--modules-path=${root}/#'`,
  ]
  writeFileSync(join(folder, 'nginx'), `${script.join('\n')}\n`)
  chmodSync(join(folder, 'nginx'), 0o755)
  return undefined
}
