const names = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B']
const semitonesToA4 = 69

/** Returns the nearest note of equal temperament at A4 = 440 Hz, and how far off: "A4 +12 ct"; undefined below 16 Hz. */
export function noteName(hertz: number): string | undefined {
  if (hertz < 16) return undefined
  const exact = semitonesToA4 + 12 * Math.log2(hertz / 440)
  const nearest = Math.round(exact)
  const cents = Math.round((exact - nearest) * 100)
  const note = `${names[nearest % 12]}${Math.floor(nearest / 12) - 1}`
  return cents === 0 ? note : `${note} ${cents > 0 ? '+' : '−'}${Math.abs(cents)} ct`
}
