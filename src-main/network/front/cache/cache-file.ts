import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Files of nginx's cache (`ngx_http_file_cache_header_t`, version 5 on 64 bits, little-endian), the same from 1.15 to 1.29:
 * 0 version | 8 valid_sec | 40 date | 54 header_start u16 | 56 body_start u16 | 336 "\nKEY: " key "\n", the origin's header, the body.
 */
const keyAt = 336
const keyMark = '\nKEY: '
const version = 5n

/** What a file of the cache says about itself. */
export interface CacheEntry {
  readonly key: string
  readonly tags: readonly string[]
  /** An object with more tags than are kept: each purge by tag takes it along. */
  readonly manyTags: boolean
  /** Media type in lower case, empty where the origin gave no type. */
  readonly type: string
  /** When the file was written last, ms since 1970. */
  readonly storedAt: number
  /** When it was fetched or revalidated, ms since 1970. */
  readonly fetchedAt: number
  /** Until when it is fresh, ms since 1970. */
  readonly freshUntil: number
  readonly bytes: number
}

/** Tags of an object that are kept, and how long one may be. */
const maxTags = 64
const maxTagLength = 128

/** Tags of a `Cache-Tag` header, which are separated by commas or spaces. */
export function readTags(text: string): Pick<CacheEntry, 'tags' | 'manyTags'> {
  const all = [...new Set(text.split(/[,\s]+/).filter((tag) => tag !== '' && tag !== '-'))]
  const tags = all.filter((tag) => tag.length <= maxTagLength).slice(0, maxTags)
  return { tags, manyTags: tags.length < all.length }
}

/** Media type without its parameters. */
export function mediaType(text: string): string {
  return (text.split(';')[0] ?? '').trim().toLowerCase().slice(0, 100)
}

/** Name of a key's file: its MD5 in hex. Keys are bytes, here as Latin-1. */
export function fileName(key: string): string {
  return createHash('md5').update(key, 'latin1').digest('hex')
}

/** Where a file is below the cache's folder, with `levels=1:2`. */
export function pathOf(folder: string, name: string): string {
  return join(folder, name.slice(-1), name.slice(-3, -1), name)
}

const head = Buffer.allocUnsafe(48 * 1024)

/** Undefined where it is not, or no longer, a file of the cache. */
export function readCacheFile(path: string): CacheEntry | undefined {
  return withFile(path, 'r', (fd) => {
    const length = readSync(fd, head, 0, head.length, 0)
    if (length < keyAt + keyMark.length || head.readBigUInt64LE(0) !== version) return undefined
    const headerStart = head.readUInt16LE(54)
    const bodyStart = head.readUInt16LE(56)
    if (headerStart <= keyAt + keyMark.length || headerStart > length || head.toString('latin1', keyAt, keyAt + keyMark.length) !== keyMark)
      return undefined
    const fields = head.toString('latin1', headerStart, Math.min(bodyStart, length))
    const field = (name: string): string => new RegExp(`^${name}: *([^\\r\\n]*)`, 'im').exec(fields)?.[1] ?? ''
    const { size, mtimeMs } = fstatSync(fd)
    return {
      key: head.toString('latin1', keyAt + keyMark.length, headerStart - 1),
      ...readTags(field('cache-tag')),
      type: mediaType(field('content-type')),
      storedAt: mtimeMs,
      fetchedAt: Number(head.readBigInt64LE(40)) * 1000,
      freshUntil: Number(head.readBigInt64LE(8)) * 1000,
      bytes: size,
    }
  })
}

const seconds = Buffer.alloc(8)

/**
 * Sets until when an answer is fresh. One that ended a second ago is stale: the next request revalidates it, and it is still there when
 * the origin is down. nginx counts stale-if-error from this time, so that it is never long ago.
 * @returns bytes of the file; undefined where it is gone
 */
export function setFreshUntil(path: string, unixSeconds: number): number | undefined {
  return withFile(path, 'r+', (fd) => {
    seconds.writeBigInt64LE(BigInt(Math.floor(unixSeconds)))
    writeSync(fd, seconds, 0, 8, 8)
    return fstatSync(fd).size
  })
}

/** Removes an answer: nginx takes a file that is gone for a miss. Returns its bytes; undefined where it is gone already. */
export function removeFile(path: string): number | undefined {
  const bytes = withFile(path, 'r', (fd) => fstatSync(fd).size)
  if (bytes === undefined) return undefined
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
  return bytes
}

function withFile<T>(path: string, flags: string, act: (fd: number) => T): T | undefined {
  let fd: number
  try {
    fd = openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return act(fd)
  } finally {
    closeSync(fd)
  }
}
