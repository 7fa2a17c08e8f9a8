import { describe, expect, it } from 'vitest'
import { networkArguments } from './page-network.ts'

const policy = { editorHosts: ['nas.lan'], ownHttpPorts: [8080], ownHttpsPorts: [8443] }

describe('the network of a page', () => {
  it('is the proxy alone for an editor’s: no names, no loopback beside it, no UDP', () => {
    const given = networkArguments({ proxyPort: 4000, limited: true, policy })
    expect(given).toContain('--proxy-server=http://127.0.0.1:4000')
    expect(given).toContain('--proxy-bypass-list=<-loopback>')
    expect(given).toContain('--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1')
    expect(given.filter((each) => each.endsWith('=disable_non_proxied_udp'))).toHaveLength(2)
  })

  it('is the machine’s for an admin’s, but for this host itself', () => {
    const [rules = '', ...more] = networkArguments({ proxyPort: 4000, limited: false, policy })
    expect(more).toEqual([])
    expect(rules).toContain('MAP localhost:8080 127.0.0.1:4000, ')
    expect(rules).toContain('MAP [::1]:8080 127.0.0.1:4000, ')
    expect(rules).toContain('MAP 127.*:8443 ~NOTFOUND')
    expect(networkArguments({ proxyPort: 4000, limited: false, policy: { ...policy, ownHttpPorts: [], ownHttpsPorts: [] } })).toEqual([])
  })
})
