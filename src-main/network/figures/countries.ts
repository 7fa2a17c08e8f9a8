/** Middle of each country in whole degrees, `CODE latitude longitude`: near enough to compare countries with each other. */
const middles = `AD 42 2,AE 24 54,AF 34 66,AG 17 -62,AI 18 -63,AL 41 20,AM 40 45,AO -12 18,AR -34 -64,AS -14 -171,AT 47 14,AU -27 134,AW 12 -70,
AX 60 20,AZ 40 47,BA 44 18,BB 13 -60,BD 24 90,BE 51 4,BF 13 -2,BG 43 25,BH 26 51,BI -3 30,BJ 10 2,BL 18 -63,BM 32 -65,BN 5 115,BO -17 -65,
BQ 12 -68,BR -10 -52,BS 24 -76,BT 27 90,BW -22 24,BY 53 28,BZ 17 -89,CA 54 -100,CC -12 97,CD -3 24,CF 7 21,CG -1 15,CH 47 8,CI 8 -5,
CK -21 -160,CL -34 -71,CM 6 12,CN 33 109,CO 4 -73,CR 10 -84,CU 22 -79,CV 16 -24,CW 12 -69,CX -10 106,CY 35 33,CZ 50 15,DE 51 10,DJ 12 43,
DK 56 10,DM 15 -61,DO 19 -71,DZ 34 3,EC -1 -78,EE 59 26,EG 28 31,EH 24 -13,ER 15 39,ES 40 -4,ET 8 39,FI 62 26,FJ -18 178,FK -52 -59,
FM 7 158,FO 62 -7,FR 47 2,GA -1 12,GB 53 -2,GD 12 -62,GE 42 44,GF 4 -53,GG 49 -3,GH 8 -1,GI 36 -5,GL 68 -45,GM 13 -16,GN 11 -11,GP 16 -61,
GQ 2 10,GR 39 23,GT 15 -90,GU 13 145,GW 12 -15,GY 5 -59,HK 22 114,HN 15 -87,HR 45 16,HT 19 -72,HU 47 19,ID -5 112,IE 53 -8,IL 31 35,
IM 54 -5,IN 21 78,IO -6 72,IQ 33 44,IR 33 53,IS 65 -19,IT 43 12,JE 49 -2,JM 18 -77,JO 31 36,JP 36 138,KE -1 37,KG 41 75,KH 12 105,
KI 1 173,KM -12 44,KN 17 -63,KP 40 127,KR 37 128,KW 29 48,KY 19 -81,KZ 48 68,LA 18 103,LB 34 36,LC 14 -61,LI 47 10,LK 7 81,LR 6 -9,
LS -30 28,LT 55 24,LU 50 6,LV 57 25,LY 30 17,MA 32 -7,MC 44 7,MD 47 29,ME 43 19,MF 18 -63,MG -20 47,MH 7 171,MK 42 22,ML 15 -6,MM 20 96,
MN 47 105,MO 22 114,MP 15 146,MQ 15 -61,MR 19 -12,MS 17 -62,MT 36 14,MU -20 58,MV 4 73,MW -13 34,MX 21 -100,MY 4 103,MZ -18 36,NA -22 17,
NC -21 166,NE 15 8,NF -29 168,NG 9 8,NI 13 -85,NL 52 5,NO 61 10,NP 28 84,NR -1 167,NU -19 -170,NZ -40 175,OM 22 57,PA 9 -80,PE -11 -76,
PF -18 -149,PG -6 146,PH 13 122,PK 30 70,PL 52 19,PM 47 -56,PN -25 -130,PR 18 -66,PS 32 35,PT 39 -9,PW 7 134,PY -24 -58,QA 25 51,
RE -21 56,RO 46 25,RS 44 21,RU 56 45,RW -2 30,SA 24 45,SB -9 160,SC -5 55,SD 15 31,SE 60 16,SG 1 104,SH -16 -6,SI 46 15,SJ 78 16,
SK 49 19,SL 8 -12,SM 44 12,SN 14 -15,SO 4 46,SR 5 -56,SS 7 30,ST 0 7,SV 14 -89,SX 18 -63,SY 35 38,SZ -27 31,TC 22 -72,TD 13 18,TG 8 1,
TH 14 101,TJ 39 70,TK -9 -172,TL -9 126,TM 39 59,TN 35 10,TO -21 -175,TR 40 33,TT 11 -61,TV -8 179,TW 24 121,TZ -6 36,UA 49 31,UG 1 32,
US 39 -90,UY -34 -56,UZ 41 66,VA 42 12,VC 13 -61,VE 9 -67,VG 18 -64,VI 18 -65,VN 16 107,VU -17 168,WF -13 -176,WS -14 -172,XK 43 21,
YE 15 45,YT -13 45,ZA -28 26,ZM -14 28,ZW -19 30`

/** Degrees. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

const places: ReadonlyMap<string, Place> = new Map(
  middles.split(',').map((text) => {
    const [code = '', latitude, longitude] = text.trim().split(' ')
    return [code, { latitude: Number(latitude), longitude: Number(longitude) }]
  }),
)

/** ISO 3166 codes of all countries that are known, in capitals. */
export const countryCodes: readonly string[] = [...places.keys()]

/** The middle of a country; undefined for one that is not known. */
export const countryPlace = (code: string): Place | undefined => places.get(code)

const earthKm = 6371
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Between the middles of two countries, km; undefined where one is not known. */
export function countryDistanceKm(from: string, to: string): number | undefined {
  const [a, b] = [places.get(from), places.get(to)]
  if (a === undefined || b === undefined) return undefined
  const [dy, dx] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)]
  const chord = Math.sin(dy / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(dx / 2) ** 2
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(chord)))
}
