import { expect, it } from 'vitest'
import { isPerson, readNames, readPasswd } from './machine-users.ts'

it('reads users as passwd has them, and leaves out what is malformed', () => {
  const text = [
    'anna:x:2001:2001:Anna:/home/anna:/bin/bash',
    'bad',
    'x:x:-1:0::/:/bin/sh',
    '-x:x:1:1::/:/bin/sh',
    'ben:x:2002:2002::/home/ben:',
    '',
  ].join('\n')
  expect(readPasswd(text)).toEqual([
    { name: 'anna', uid: 2001, gid: 2001, home: '/home/anna', shell: '/bin/bash' },
    { name: 'ben', uid: 2002, gid: 2002, home: '/home/ben', shell: '/bin/sh' },
  ])
})

it('takes no user of the system for a person', () => {
  for (const uid of [0, 1, 999, 61_184, 65_534, 65_535, 2 ** 32 - 1]) expect(isPerson({ uid, gid: 5000 }), String(uid)).toBe(false)
  for (const uid of [1000, 60_000, 1_000_000]) expect(isPerson({ uid, gid: 5000 }), String(uid)).toBe(true)
  expect(isPerson({ uid: 2000, gid: 0 })).toBe(false)
})

it('reads names one a line, without comments', () => {
  expect(readNames('# all\n anna # works here\n\nben\n../x\n-c\n')).toEqual(['anna', 'ben'])
})
