import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { Type } from 'typebox'
import Value from 'typebox/value'
import type * as Yaml from 'yaml'
import { checkConfig } from '../../../platform/config/config-faults.ts'
import { readConfigText } from '../../../platform/config/config-text.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { NodeFileSchema } from '../../config/node-file.ts'

/** What is shown in place of a secret; where a text is saved with it, the secret stays. */
export const keptSecret = '(kept secret)'

/** Name of the file in messages about it. */
const fileName = 'configuration'

const {
  id: _id,
  name: _name,
  origin: _origin,
  acceptNodes: _acceptNodes,
  cache: _cache,
  anycast: _anycast,
  ...shared
} = NodeFileSchema.properties

/** What a group can say: all of `edge.yaml` that nodes use without a restart, and that is not of one machine. */
const GroupFileSchema = Type.Object(shared, { additionalProperties: false })

/** Checks the configuration of a group. Throws one `config.invalid` that names line, column and reason of all that is wrong. */
export function checkGroupFile(text: string): void {
  const read = readConfigText(text, fileName)
  checkConfig(GroupFileSchema, read, Value.Default(GroupFileSchema, structuredClone(read.value ?? {})))
}

/** What names a configuration between a host and its nodes; empty for nothing. */
export function configurationId(text: string): string {
  return text === '' ? '' : createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** The text without its secrets. */
export function withoutSecrets(text: string): string {
  return withSecrets(text, () => keptSecret)
}

/** The text with the secrets of a former one where it says that they stay; where there was no such secret it is left as it is. */
export function withFormerSecrets(text: string, former: string): string {
  const known = new Map<string, string>()
  withSecrets(former, (place, secret) => {
    known.set(place, secret)
    return secret
  })
  return withSecrets(text, (place, secret) => (secret === keptSecret ? (known.get(place) ?? secret) : secret))
}

/** Changes the secrets of a text: keys of signed URLs, by their id, and the token of figures. Comments stay. */
function withSecrets(text: string, change: (place: string, secret: string) => string): string {
  // Faults are named by who checks it.
  if (!isRecord(readConfigText(text, fileName).value)) return text
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const document = yaml.parseDocument(text, { schema: 'core', stringKeys: true, logLevel: 'silent' })
  let changed = false
  const set = (path: readonly (string | number)[], place: string): void => {
    const secret = document.getIn(path)
    if (typeof secret !== 'string') return
    const next = change(place, secret)
    if (next === secret) return
    document.setIn(path, next)
    changed = true
  }
  const keys = document.get('signingKeys')
  if (yaml.isSeq(keys))
    for (const index of keys.items.keys())
      set(['signingKeys', index, 'secret'], `key ${String(document.getIn(['signingKeys', index, 'id']))}`)
  set(['metrics', 'token'], 'token')
  return changed ? document.toString({ lineWidth: 0 }) : text
}
