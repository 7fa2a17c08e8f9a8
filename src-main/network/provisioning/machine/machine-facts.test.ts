import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSuitable, judgeMachine, type Wanted } from './judge-machine.ts'
import { readFacts } from './machine-facts.ts'
import { findSystem } from './systems.ts'

const lines = [
  'clock 1700000000123456789',
  'id debian',
  'version 12',
  'title Debian GNU/Linux 12 (bookworm)',
  'machine x86_64',
  'name edge',
  'cores 2',
  'memory 2000000',
  'free 9000000',
  'systemd yes',
  'port 0016',
  'port 1F90',
  'program 8080 nginx',
  'origin yes',
  'root sudo',
]
const wanted: Wanted = {
  ...{
    ports: [80, 443],
    isAcmeByHttp: false,
    cache: true,
    hasSudoPassword: false,
    architectures: ['x64'],
    origin: 'https://live.example.com',
  },
}
const read = (more: readonly string[] = [], at = 1_700_000_000_100): ReturnType<typeof readFacts> =>
  readFacts([...more, ...lines], at, at + 100)
const failsOf = (more: readonly string[], changes: Partial<Wanted> = {}): string[] =>
  judgeMachine(read(more), { ...wanted, ...changes })
    .filter(({ state }) => state === 'fail')
    .map(({ id, text, remedy }) => `${id}: ${text}. ${remedy}`)

describe('what a machine says of itself', () => {
  it('is read, and suits a node', () => {
    const facts = read()
    expect(facts).toMatchObject({
      ...{ architecture: 'x64', hostName: 'edge', cores: 2, memoryBytes: 2_048_000_000, hasSystemd: true, clockAheadMs: 0 },
      ...{ root: 'sudo', reachesOrigin: true, release: undefined, nginx: undefined },
    })
    expect([...facts.listening]).toEqual([
      [22, ''],
      [8080, 'nginx'],
    ])
    const findings = judgeMachine(facts, wanted)
    expect(isSuitable(findings)).toBe(true)
    for (const { state, remedy } of findings) if (state === 'ok') expect(remedy).toBe('')
  })

  it('is rejected with the reason and a remedy', () => {
    expect(failsOf(['id arch', 'title Arch Linux'])[0]).toMatch(/^system: Arch Linux is not supported: .*Debian 12/)
    expect(failsOf(['id rocky', 'version 9.4', 'title Rocky Linux 9.4'])[0]).toMatch(/too old: the program needs Rocky Linux 10/)
    expect(failsOf(['version 11', 'title Debian GNU/Linux 11'])[0]).toMatch(/too old: the program needs Debian 12/)
    expect(failsOf(['id ubuntu', 'version 22.04'])[0]).toMatch(/too old: the program needs Ubuntu 24.04/)
    expect(failsOf(['machine riscv64'])[0]).toMatch(/^program: .*riscv64.*npm run pack/)
    expect(failsOf(['memory 200000'])[0]).toMatch(/^memory: 195 MiB/)
    expect(failsOf(['free 200000'])[0]).toMatch(/^disk: 195 MiB free/)
    expect(failsOf(['root none'])[0]).toMatch(/^rights: .*no sudo.*root/)
    expect(failsOf(['root password'])[0]).toMatch(/^rights: sudo asks for a password/)
    expect(failsOf(['root password'], { hasSudoPassword: true })).toEqual([])
    expect(failsOf([], { ports: [8080] })[0]).toMatch(/^ports: .*8080 \(nginx\)/)
    expect(failsOf(['release 1.0-abc'], { ports: [8080] }), 'the node that is there').toEqual([])
    expect(failsOf(['origin no'])[0]).toMatch(/^origin: It cannot connect to https:\/\/live\.example\.com/)
  })

  it('warns of a wrong clock', () => {
    const clock = (at: number) => judgeMachine(read([], at), wanted).find(({ id }) => id === 'clock')
    expect(clock(1_700_000_060_000)).toMatchObject({ state: 'warn', text: 'Its clock is 60 s behind' })
    expect(clock(1_699_999_940_000)).toMatchObject({ state: 'warn', text: 'Its clock is 60 s ahead' })
    expect(clock(1_700_000_001_500)?.state).toBe('ok')
  })

  it('may be anything: it is bounded, and nothing throws', () => {
    const names = ['clock', 'id', 'port', 'program', 'memory', 'free', 'release', 'root', 'origin', 'title']
    const line = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom(...names), fc.string({ maxLength: 400 })).map((each) => each.join(' ')),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (all) => {
        const facts = readFacts(all, 0, 1)
        const findings = judgeMachine(facts, wanted)
        for (const { text } of findings) expect(text.length).toBeLessThan(600)
        if (facts.release !== undefined) expect(facts.release).toMatch(/^[\w.-]+$/)
        expect(facts.memoryBytes).toBeGreaterThanOrEqual(0)
      }),
    )
    expect(
      readFacts(
        Array.from({ length: 65_000 }, (_, index) => `port ${index.toString(16)}`),
        0,
        1,
      ).listening.size,
    ).toBe(300)
  })
})

it('knows the family of Red Hat, with dnf, its firewall and SELinux', () => {
  const facts = read(['id rocky', 'version 10.1', 'title Rocky Linux 10.1', 'firewall firewalld', 'selinux yes'])
  const system = findSystem(facts.system) as Exclude<ReturnType<typeof findSystem>, string>
  expect(system.nginxPackage).toBe('nginx')
  for (const script of [system.installScript, system.removeScript, system.upgradeScript, system.downgradeScript]) {
    expect(script).toContain('dnf -q -y')
    expect(script).not.toMatch(/apt-get|dpkg/)
  }
  const findings = judgeMachine(facts, wanted)
  expect(isSuitable(findings)).toBe(true)
  expect(findings.find(({ id }) => id === 'firewall')?.remedy).toContain(
    'firewall-cmd --permanent --add-port=80/tcp --add-port=443/tcp --add-port=443/udp && firewall-cmd --reload',
  )
  const withUfw = judgeMachine(read(['firewall ufw']), { ...wanted, cache: false })
  expect(withUfw.find(({ id }) => id === 'firewall')?.remedy).toMatch(
    /TCP port 80 and 443 in it.*`ufw allow 80\/tcp && ufw allow 443\/tcp`/,
  )
  expect(findings.find(({ id }) => id === 'selinux')).toMatchObject({ state: 'warn', remedy: expect.stringContaining('ausearch') })
})

it('knows Debian without a version, which is the next one', () => {
  expect(findSystem({ id: 'debian', version: '', title: 'Debian GNU/Linux forky/sid' })).toMatchObject({ nginxPackage: 'nginx-light' })
  expect(findSystem({ id: 'constructor', version: '12', title: '' })).toMatch(/not supported/)
})
