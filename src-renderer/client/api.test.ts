import { afterEach, expect, it, vi } from 'vitest'
import { call, onSignedOut } from './api.ts'

afterEach(() => vi.unstubAllGlobals())

it('does not sign out for what was asked before the sign-in and is rejected after it', async () => {
  let signedOut = 0
  onSignedOut(() => signedOut++)
  const answers: Record<string, PromiseWithResolvers<Response>> = {}
  vi.stubGlobal('fetch', (url: string) => {
    answers[url] = Promise.withResolvers()
    return answers[url].promise
  })
  const rejected = () => new Response(JSON.stringify({ code: 'auth.required' }), { status: 401 })
  const early = call('GET', '/settings').catch(() => 'rejected')
  const signIn = call('POST', '/sessions', { body: { token: 'a' }, quiet: true })
  answers['/api/v1/sessions']!.resolve(new Response('{}', { status: 201 }))
  await signIn
  answers['/api/v1/settings']!.resolve(rejected())
  expect(await early).toBe('rejected')
  expect(signedOut).toBe(0)
  const late = call('GET', '/settings').catch(() => 'rejected')
  answers['/api/v1/settings']!.resolve(rejected())
  expect(await late).toBe('rejected')
  expect(signedOut).toBe(1)
})
