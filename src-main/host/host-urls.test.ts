import { expect, it } from 'vitest'
import { HostUrls } from './host-urls.ts'

it('use loopback where nobody else reaches the host', () => {
  const urls = new HostUrls({ bind: '127.0.0.1', publicUrl: '' })
  expect(urls.isWide).toBe(false)
  expect(urls.http(8080)).toBe('http://127.0.0.1:8080')
  expect(urls.local(8080)).toBe('http://127.0.0.1:8080')
  expect(urls.signIn({ httpPort: 8080, httpsPort: 8443 })).toBe('http://127.0.0.1:8080')
  expect(urls.at('srt', null)).toBeNull()
})

it('have people sign in over TLS where others reach the host, and programs on its machine use loopback', () => {
  const urls = new HostUrls({ bind: '0.0.0.0', publicUrl: '' })
  expect(urls.isWide).toBe(true)
  expect(urls.signIn({ httpPort: 8080, httpsPort: 8443 })).toBe(`https://${urls.host}:8443`)
  expect(urls.signIn({ httpPort: 8080, httpsPort: null })).toBe(`http://${urls.host}:8080`)
  expect(urls.local(8080)).toBe('http://127.0.0.1:8080')
  expect(new HostUrls({ bind: '[::1]', publicUrl: '' }).local(80)).toBe('http://[::1]:80')
})

it('go by the public URL where there is one, except for media and programs on the machine', () => {
  const urls = new HostUrls({ bind: '192.0.2.7', publicUrl: 'https://live.example.com/' })
  expect(urls.http(8080)).toBe('https://live.example.com')
  expect(urls.signIn({ httpPort: 8080, httpsPort: 8443 })).toBe('https://live.example.com')
  expect(urls.at('rtmp', 1935)).toBe('rtmp://live.example.com:1935')
  expect(urls.local(8080)).toBe('http://192.0.2.7:8080')
})
