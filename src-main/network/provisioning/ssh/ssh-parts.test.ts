import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, knownHostsLine, parseHostKeys } from './host-key.ts'
import { plainLine } from './plain-line.ts'
import { newMark, remoteCommand, scriptBytes, shellWord } from './remote-script.ts'
import { connectionFault } from './ssh-faults.ts'
import { hostPattern, targetText, userPattern } from './ssh-target.ts'

const target = { host: 'edge.example.com', port: 22, user: 'root' }

describe('a script for another machine', () => {
  it('has no value in its command line', () => {
    const bytes = scriptBytes('echo "$1"', ['secret; rm -rf /'])
    for (const rights of ['user', 'sudo', 'sudo-password'] as const) {
      const command = remoteCommand(bytes.length, rights, newMark())
      expect(command).toMatch(/^exec [\x20-\x7e]+$/)
      expect(command).not.toContain('secret')
    }
    expect(bytes.toString()).toContain("set -- 'secret; rm -rf /'")
  })

  it('quotes every value as one word', () => {
    expect(shellWord("it's")).toBe(`'it'\\''s'`)
    expect(() => shellWord('a\0b')).toThrow(TypeError)
    // What is outside quotes is an escaped quote alone, so nothing of the value is seen by the shell.
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\0')),
        (text) => {
          const word = shellWord(text)
          expect(word).toMatch(/^'[^']*'(?:\\''[^']*')*$/)
          expect(word.slice(1, -1).replaceAll(`'\\''`, "'")).toBe(text)
        },
      ),
    )
  })
})

describe('host keys', () => {
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIPQKwppuQ3la5JG1pEZ+6GJtgWWxI/dOLikSaM0h3+0w'

  it('are read from ssh-keyscan, the best first', () => {
    const text = `# comment\n[h]:22 ssh-rsa ${'A'.repeat(300)}==\n[h]:22 ssh-ed25519 ${key}\n[h]:22 ssh-unknown ${key}\nbad\n`
    const keys = parseHostKeys(text)
    expect(keys.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ssh-rsa'])
    expect(fingerprintOf(keys[0]!)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
    expect(knownHostsLine({ ...target, port: 2222 }, keys[0]!)).toBe(`[edge.example.com]:2222 ssh-ed25519 ${key}\n`)
  })

  it('may be any text', () => {
    fc.assert(fc.property(fc.string(), (text) => parseHostKeys(text).length <= 100))
  })
})

it('takes no host and no user that a program could take for an option', () => {
  for (const host of ['edge.example.com', '203.0.113.7', '2001:db8::1', '::1', 'a_b']) expect(host).toMatch(new RegExp(hostPattern))
  for (const host of ['-oProxyCommand=x', '', 'a b', 'a/b', 'a@b', 'a%h', '$x', '.a', 'a\n'])
    expect(host).not.toMatch(new RegExp(hostPattern))
  for (const user of ['-l', 'a b', '', 'a@b', 'a\n']) expect(user).not.toMatch(new RegExp(userPattern))
  expect(targetText({ host: '2001:db8::1', port: 2222, user: 'root' })).toBe('root@[2001:db8::1]:2222')
})

it('names what ssh says by its cause, in one plain line', () => {
  const code = (text: string): string => connectionFault(text, target).code
  expect(code('Permission denied (publickey).')).toBe('network.ssh_rejected')
  expect(code('@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @')).toBe('network.host_key_changed')
  expect(code('ssh: connect to host x port 22: Connection refused')).toBe('network.ssh_unreachable')
  expect(code('')).toBe('network.ssh_unreachable')
  expect(plainLine(`a\x1b[31mb\u202e${'c'.repeat(1000)}`)).toMatch(/^a \[31mb c+$/)
  expect(plainLine('c'.repeat(1000))).toHaveLength(300)
})
