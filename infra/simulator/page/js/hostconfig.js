/**
 * Teams' host configuration for the renderer, light and dark.
 *
 * The two files are Microsoft's (adaptivecards-designer). They date from before Fluent 2: "good" on white has a contrast of
 * 2.0:1 there and "warning" 1.5:1. Teams draws Fluent 2's colours today; they are laid over the files, at 4.5:1 or better.
 */

/** @typedef {"light" | "dark"} Theme */

const FONT = "'Segoe UI Variable Text', 'Segoe UI', system-ui, 'Noto Sans', Roboto, sans-serif";

/** Foregrounds as [default, subtle]; surfaces by container style. */
const COLOURS = {
  light: {
    foregrounds: {
      default: ["#242424", "#5c5c5c"],
      dark: ["#242424", "#424242"],
      light: ["#424242", "#5c5c5c"],
      accent: ["#4f52b2", "#5b5fc7"],
      good: ["#0e700e", "#0c5e0c"],
      warning: ["#8a3707", "#8a3707"],
      attention: ["#b10e1c", "#960b18"],
    },
    surfaces: { default: "#ffffff", emphasis: "#f5f5f5", accent: "#ebeefb", good: "#edf7ed", warning: "#fdf3e9", attention: "#fcedef" },
    line: "#e0e0e0",
  },
  dark: {
    foregrounds: {
      default: ["#ffffff", "#c4c4c4"],
      dark: ["#d6d6d6", "#c4c4c4"],
      light: ["#ffffff", "#d6d6d6"],
      accent: ["#b4b7ff", "#aaadf5"],
      good: ["#7fd07f", "#7fd07f"],
      warning: ["#fdb983", "#fdb983"],
      attention: ["#ff9aa2", "#ff9aa2"],
    },
    surfaces: { default: "#292929", emphasis: "#202020", accent: "#2a2c4a", good: "#15301a", warning: "#3a2714", attention: "#3f1c20" },
    line: "#424242",
  },
};

/** @type {Map<Theme, Promise<any>>} */
const files = new Map();

/** @param {Theme} theme @returns {Promise<any>} the host configuration as plain JSON */
export function hostConfigFor(theme) {
  let file = files.get(theme);
  if (!file) {
    file = fetch(`/vendor/microsoft-teams-${theme}.json`)
      .then((response) => response.json())
      .then((json) => withFluentColours(json, theme));
    files.set(theme, file);
  }
  return file;
}

/** @param {any} json @param {Theme} theme */
function withFluentColours(json, theme) {
  const { foregrounds, surfaces, line } = COLOURS[theme];
  const foregroundColors = Object.fromEntries(
    Object.entries(foregrounds).map(([name, [normal, subtle]]) => [name, { default: normal, subtle }]),
  );
  for (const [style, backgroundColor] of Object.entries(surfaces)) {
    json.containerStyles[style] = { ...json.containerStyles[style], foregroundColors, backgroundColor, borderColor: line };
  }
  json.separator.lineColor = line;
  json.fontTypes.default.fontFamily = FONT;
  json.factSet.spacing = 12;
  json.factSet.title.maxWidth = 130;
  json.inputs = { ...json.inputs, label: LABELS, errorMessage: { size: "small", color: "attention", spacing: "small", weight: "default" } };
  return json;
}

const LABELS = {
  inputSpacing: "small",
  requiredInputs: { size: "default", weight: "bolder", suffix: " *", suffixColor: "attention" },
  optionalInputs: { size: "default", weight: "bolder" },
};
