import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { artifacts } from './paths.ts'

/** A network of its own in which only loopback exists, and whose UDP packets can be lost, delayed and slowed down. */
export interface TestNetwork {
  /** Starts a program inside: `[...within, program, ...args]`. */
  readonly within: readonly string[]
  /** A program that runs Chromium inside. */
  readonly chromium: string
  /** Impairs UDP packets to `port` (all of them without it) as `tc ... netem` says it, e.g. `loss 2%`, `rate 400kbit`. Replaces what was said before. */
  impair(netem: string, port?: number): void
  close(): void
}

/** Why `openNetwork` cannot work here; undefined where it can. */
export function networkMissing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux'
  if (process.getuid?.() !== 0) return 'a network namespace needs root'
  if (spawnSync('tc', ['-V']).status !== 0) return 'tc is missing (Debian package iproute2)'
  const name = `ami-probe-${process.pid}`
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'the system allows no network namespaces'
  const netem = spawnSync('ip', ['netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'loss', '1%'])
  spawnSync('ip', ['netns', 'del', name])
  return netem.status === 0 ? undefined : 'the kernel has no netem'
}

export function openNetwork(): TestNetwork {
  const name = `ami-${process.pid}`
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
  }
  const tc = (...args: string[]) => run('netns', 'exec', name, 'tc', ...args)
  run('netns', 'add', name)
  run('netns', 'exec', name, 'ip', 'link', 'set', 'lo', 'up')
  mkdirSync(artifacts, { recursive: true })
  const chromium = join(artifacts, `chromium-${name}`)
  const program =
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? 'chromium'
  writeFileSync(chromium, `#!/bin/sh\nexec ip netns exec ${name} ${program} "$@"\n`)
  chmodSync(chromium, 0o755)
  return {
    within: ['ip', 'netns', 'exec', name],
    chromium,
    impair(netem, port) {
      spawnSync('ip', ['netns', 'exec', name, 'tc', 'qdisc', 'del', 'dev', 'lo', 'root'])
      tc('qdisc', 'add', 'dev', 'lo', 'root', 'handle', '1:', 'prio', 'priomap', ...Array<string>(16).fill('0'))
      tc('qdisc', 'add', 'dev', 'lo', 'parent', '1:3', 'handle', '30:', 'netem', ...netem.split(' '))
      const udp = [
        'filter',
        'add',
        'dev',
        'lo',
        'protocol',
        'ip',
        'parent',
        '1:0',
        'prio',
        '1',
        'u32',
        'match',
        'ip',
        'protocol',
        '17',
        '0xff',
      ]
      tc(...udp, ...(port === undefined ? [] : ['match', 'ip', 'dport', String(port), '0xffff']), 'flowid', '1:3')
    },
    close() {
      spawnSync('ip', ['netns', 'del', name])
    },
  }
}
