import { readFileSync } from 'node:fs'
import { type Directive, directive } from './directives.ts'

/** Files that a worker keeps open at most, in all its locations. */
const maxOpenFiles = 4096
/** Fewer in a location are no use. */
const minOpenFiles = 16

/** Files of the cache that each worker of nginx may keep open: an eighth of what the system lets a process of this one have. */
export function openFilesOfWorker(limits = readFileSync('/proc/self/limits', 'utf8')): number {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(limits) ?? []
  return soft === 'unlimited' ? maxOpenFiles : Math.min(maxOpenFiles, Math.floor(Number(soft ?? 0) / 8))
}

/**
 * Keeps files of the cache open that are asked for again. Each time the name is looked up, so that one that was purged or replaced is gone at
 * once: one call of the system in place of three. Their space on the disk is free once nginx was asked for them again, or for anything else
 * ten seconds later.
 * @param files of the location; each has a list of its own
 */
export function openFiles(files: number): readonly Directive[] {
  if (files < minOpenFiles) return [directive('open_file_cache', 'off')]
  return [
    directive('open_file_cache', `max=${files}`, 'inactive=10s'),
    directive('open_file_cache_valid', '0s'),
    directive('open_file_cache_min_uses', 2),
  ]
}
