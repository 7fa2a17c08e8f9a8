import { execFileSync, spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../program.ts'
import { completionScript } from './completion.ts'
import { manualPage } from './manual.ts'

const stream = new PassThrough()
const program = createProgram({
  environment: {},
  stdout: stream,
  stderr: stream,
  untilStopped: () => Promise.resolve('system' as const),
  exit: () => undefined,
})
const present = (name: string): boolean => spawnSync(name, ['--version']).error === undefined

describe('completion', () => {
  /** What bash offers for a line, its last word unfinished. */
  const offered = (...words: string[]): string[] => {
    const list = words.map((word) => `'${word}'`).join(' ')
    const script = `${completionScript(program, 'bash')}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _streams; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
  }

  it.skipIf(!present('bash'))('offers commands, commands below them, and options, of the place that was reached', () => {
    expect(offered('streams', 'ser')).toEqual(['service'])
    expect(offered('streams', '--json', 'service', '')).toEqual(
      expect.arrayContaining(['install', 'restart', 'status', 'remove', '--help']),
    )
    expect(offered('streams', 'service', 'install', '--s')).toEqual(['--system'])
    expect(offered('streams', 'desktop', 'in')).toEqual(['invite'])
    expect(offered('streams', 'keys', 'create', '--htt')).toEqual([''])
  })

  it('is a script that each shell reads', () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const script = completionScript(program, shell)
      expect(script).toContain('install')
      if (present(shell)) expect(spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
    }
  })
})

describe('the manual page', () => {
  const page = manualPage(program, '1.2.3', '2026-11-23')

  it('has every command with its options, and no text that is a request of roff', () => {
    expect(page).toContain('.SS "streams service install"')
    expect(page).toContain('.SS "streams desktop create [name] [command...]"')
    expect(page).toContain('\\fB\\-\\-http\\-port\\fR \\fI<value>\\fR')
    const requests = page
      .split('\n')
      .filter((line) => line.startsWith('.'))
      .map((line) => line.split(' ')[0])
    expect([...new Set(requests)].sort()).toEqual(['.B', '.BR', '.I', '.SH', '.SS', '.TH', '.TP'])
  })

  it.skipIf(!present('man'))('is read by man without a warning', () => {
    const result = spawnSync('man', ['--warnings', '-l', '-'], {
      input: page,
      encoding: 'utf8',
      env: { ...process.env, MANROFFSEQ: '', LC_ALL: 'C.UTF-8', MANWIDTH: '80' },
    })
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(result.stdout).toContain('streams service install')
  })
})
