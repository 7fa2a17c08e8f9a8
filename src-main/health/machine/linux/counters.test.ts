import { describe, expect, it } from 'vitest'
import { readCpuTicks, readDiskBytes, readMemory, readNetworkBytes, readProcessStat } from './counters.ts'

describe('counters of Linux', () => {
  it('tell busy from idle ticks of all processors', () => {
    expect(readCpuTicks('cpu  100 5 50 800 40 3 2 0 0 0\ncpu0 1 1 1 1\n')).toEqual({ busy: 160, total: 1000 })
    expect(readCpuTicks('nothing')).toBeUndefined()
  })

  it('read the memory that is left', () => {
    expect(readMemory('MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    4000 kB\n')).toEqual({
      total: 16_384_000,
      available: 4_096_000,
    })
    expect(readMemory('')).toBeUndefined()
  })

  it('count whole disks once, not their partitions nor what is made of them', () => {
    const line = (name: string) => `   8       0 ${name} 10 0 2 5 20 0 4 9 0 10 14`
    const text = ['sda', 'sda1', 'nvme0n1', 'nvme0n1p2', 'loop0', 'dm-0', 'md0'].map(line).join('\n')
    expect(readDiskBytes(text)).toEqual({ in: 2048, out: 4096 })
  })

  it('count real networks', () => {
    const line = (name: string) => `${name}: 100 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0`
    const text = ['Inter-|   Receive', ' face |bytes', ...['    lo', '  eth0', 'wlan0', 'veth12'].map(line)].join('\n')
    expect(readNetworkBytes(text)).toEqual({ in: 200, out: 100 })
  })

  it('read a process whose name has brackets and blanks', () => {
    const rest = 'S 7 1 1 0 -1 0 0 0 0 0 30 12 0 0 20 0 11 0 9000 1 256 0'
    expect(readProcessStat(`42 (a) (b c) ${rest}`)).toEqual({ pid: 42, parent: 7, ticks: 42, startedTicks: 9000, residentPages: 256 })
    expect(readProcessStat('')).toBeUndefined()
  })
})
