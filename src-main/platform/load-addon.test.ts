import { describe, expect, it } from 'vitest'
import { missingLibrary } from './load-addon.ts'

describe('an addon that does not load', () => {
  it.each([
    ['libxcb-xtest.so.0', 'libxcb-xtest0'],
    ['libpipewire-0.3.so.0', 'libpipewire-0.3-0'],
    ['libdbus-1.so.3', 'libdbus-1-3'],
    ['libyuv.so.0', 'libyuv0'],
  ])('because %s is missing names the package %s', (file, debian) => {
    expect(missingLibrary(`${file}: cannot open shared object file: No such file or directory`)).toEqual({ file, debian })
  })

  it.each(['Module did not self-register', '/x/dist/native/x11.node: undefined symbol: xcb_connect', ''])(
    'for another reason names none: %s',
    (reason) => expect(missingLibrary(reason)).toBeUndefined(),
  )
})
