import { type Static, Type } from 'typebox'
import { referenceText } from '../references/reference-text.ts'

const exactly = { additionalProperties: false }

/** `#rrggbb`, or `#rrggbbaa` for something that is seen through. */
export const ColorSchema = (fallback: string, description: string) =>
  Type.String({ pattern: '^#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$', default: fallback, description: `${description}, #rrggbb or #rrggbbaa` })

/** Sizes in pixels: 0 for what the kind of source says. */
export const SizeSchema = (description: string) => Type.Integer({ minimum: 0, maximum: 8192, default: 0, description })

const amount = (limit: number, fallback: number, description: string, minimum = 0) =>
  Type.Number({ minimum, maximum: limit, default: fallback, description })

/** How letters look, for all sources that write. */
export const textStyle = {
  font: Type.String({ maxLength: 200, default: '', description: "Family name of an installed font; empty for the machine's sans serif" }),
  fontFile: referenceText('path', {
    maxLength: 4096,
    default: '',
    description: 'Font file on the machine of the host, TTF or OTF, in the place of an installed font',
  }),
  fontSize: Type.Number({ minimum: 4, maximum: 1000, default: 64, description: 'Height of the letters, px' }),
  fontWeight: Type.Integer({ minimum: 100, maximum: 900, default: 400, description: '400 is regular, 700 bold' }),
  fontStyle: Type.Union([Type.Literal('normal'), Type.Literal('italic')], { default: 'normal' }),
  color: ColorSchema('#ffffff', 'Of the letters'),
  gradient: Type.Union(
    [
      Type.Object(
        {
          color: ColorSchema('#ffffff', 'At the other end; `color` is where it starts'),
          angle: amount(360, 90, 'Direction in degrees: 0 to the right, 90 downwards', -360),
        },
        exactly,
      ),
      Type.Null(),
    ],
    { default: null, description: 'The letters run from `color` into another one' },
  ),
  outline: Type.Union(
    [Type.Object({ color: ColorSchema('#000000', 'Of the edge'), width: amount(100, 4, 'Of the edge, px') }, exactly), Type.Null()],
    { default: null },
  ),
  shadow: Type.Union(
    [
      Type.Object(
        {
          color: ColorSchema('#000000c0', 'Of the shadow'),
          x: amount(200, 4, 'To the right, px', -200),
          y: amount(200, 4, 'Downwards, px', -200),
          blur: amount(100, 4, 'Softness, px'),
        },
        exactly,
      ),
      Type.Null(),
    ],
    { default: null },
  ),
  background: Type.Union(
    [
      Type.Object(
        {
          color: ColorSchema('#000000a0', 'Of the box behind the text'),
          padding: amount(500, 16, 'Around the text, px'),
          radius: amount(500, 0, 'Of its corners, px'),
        },
        exactly,
      ),
      Type.Null(),
    ],
    { default: null },
  ),
  align: Type.Union([Type.Literal('left'), Type.Literal('center'), Type.Literal('right')], { default: 'left' }),
  verticalAlign: Type.Union([Type.Literal('top'), Type.Literal('middle'), Type.Literal('bottom')], {
    default: 'top',
    description: 'Where the text is placed in a box of a fixed height',
  }),
  width: SizeSchema('Of the image, px: text is wrapped to it; 0 for as wide as the text'),
  height: SizeSchema('Of the image, px: what does not fit is cut off; 0 for as high as the text'),
  lineSpacing: Type.Number({ minimum: 0.5, maximum: 5, default: 1.2, description: 'From line to line, in letter heights' }),
  layout: Type.Union([Type.Literal('standard'), Type.Literal('gdi'), Type.Literal('freetype')], {
    default: 'standard',
    description:
      'What sizes mean. `standard`: `fontSize` is that of the font, lines are `lineSpacing` of it apart. As the text sources of OBS Studio: `gdi` ' +
      '(Windows): `fontSize` is the height of a line; `freetype` (Linux, macOS): lines are as high as the tallest letter and 4 px, letters are placed ' +
      'on whole pixels without kerning',
  }),
  letterSpacing: Type.Number({ minimum: -50, maximum: 200, default: 0, description: 'Between letters, px' }),
  letters: Type.Union([Type.Literal('as-written'), Type.Literal('upper'), Type.Literal('lower')], { default: 'as-written' }),
  direction: Type.Union([Type.Literal('auto'), Type.Literal('ltr'), Type.Literal('rtl')], {
    default: 'auto',
    description: 'Of reading: `auto` takes that of the first letter of each line',
  }),
}

const TextStyleSchema = Type.Object(textStyle)
export type TextStyle = Static<typeof TextStyleSchema>
