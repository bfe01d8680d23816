/** From one to the other. Drawn, for not every font has it. */
export const Arrow = () => (
  <>
    <span className="hidden"> to </span>
    <svg className="arrow" aria-hidden="true" viewBox="0 0 20 12">
      <path d="M1 6h17m0 0-5-5m5 5-5 5" />
    </svg>
  </>
)
