import { beforeAll, afterAll } from 'vitest'
import { appendFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
const g: any = globalThis
beforeAll(() => { g.__b = process.threadCpuUsage(); g.__bw = performance.now(); g.__imp = g.__e ? (g.__b.user + g.__b.system - g.__e) : g.__b.user + g.__b.system })
afterAll(({}: any, ctx: any) => { const e = process.threadCpuUsage(); const t=e.user+e.system; const b=g.__b.user+g.__b.system
 appendFileSync('/tmp/tests10/cpu.txt', `${threadId} ${((t-b)/1000).toFixed(0)} ${(g.__imp/1000).toFixed(0)} ${(performance.now()-g.__bw).toFixed(0)} ${(ctx?.filepath ?? ctx?.file?.filepath ?? g.__vitest_worker__?.filepath)}\n`); g.__e = t })
