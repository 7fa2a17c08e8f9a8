/** Content stamps: a step is skipped when the hash of everything that it reads is the one that it last succeeded with. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Every file below `path` (or the file itself), sorted, without what `skip` says yes to. */
export function filesBelow(path, skip = () => false) {
  if (!existsSync(path) || skip(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name), skip))
}

/** SHA-256 over names and contents of files; `extra` joins in what else the result depends on. */
export function hashOf(files, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

export function isFresh(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash
}

export function writeStamp(stampFile, hash) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, hash)
}
