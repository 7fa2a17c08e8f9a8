import { Type } from 'typebox'

/** An id that a node has of its own choice; `all` and `other` are words of figures. */
export const NodeIdSchema = Type.String({
  pattern: '^(?!(?:all|other)$)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$',
  maxLength: 40,
  description: 'Id of the node, else the origin makes one: lower-case letters, digits and hyphens; applies when it joins',
})
