//! A moving picture with buttons: play, pause, and one step at a time.

use crate::figure::{Chart, Figure};
use crate::film::{Film, STEP_SECONDS};
use crate::{PlotError, svg};

const CONTROLS: &str = "display:flex;gap:.4em;align-items:center;max-width:720px;margin:.3em 0;\
                        font:13px Helvetica,Arial,sans-serif";

/// What a press of a button does: the picture's own clock is stopped, set or let go.
const PRESS: &str = "const g=event.target.dataset.go;if(!g)return;\
const d=this.parentNode,s=d.querySelector('svg'),n=+d.dataset.steps;\
const i=Math.min(n-1,Math.floor(s.getCurrentTime()%d.dataset.round/d.dataset.step));\
if(g==='play'){s.animationsPaused()?s.unpauseAnimations():s.pauseAnimations();return}\
s.pauseAnimations();s.setCurrentTime(((i+(g==='next'?1:n-1))%n+.5)*d.dataset.step)";

const SLIDE: &str = "const d=this.parentNode.parentNode,s=d.querySelector('svg');\
s.pauseAnimations();s.setCurrentTime((this.value-.5)*d.dataset.step)";

/// A moving figure as a fragment of HTML with buttons and a slider; none for figures that stand still.
///
/// The fragment needs no network and no script but what its buttons do when pressed; where that is
/// not allowed, the picture moves all the same.
pub fn player(figure: &Figure) -> Result<Option<String>, PlotError> {
    let steps = match &figure.chart {
        Chart::Animation(chart) if !chart.steps.is_empty() => chart.steps.len(),
        _ => return Ok(None),
    };
    let round = Film::seconds(steps);
    let picture = svg(figure)?;
    let button = |go: &str, sign: &str, says: &str| {
        format!(
            "<button type=\"button\" data-go=\"{go}\" title=\"{says}\" aria-label=\"{says}\">{sign}</button>"
        )
    };
    let buttons = [
        button("back", "◀", "one step back"),
        button("play", "❚❚ / ▶", "pause or go on"),
        button("next", "▶", "one step on"),
    ]
    .concat();
    Ok(Some(format!(
        "<div class=\"nasaic-player\" data-steps=\"{steps}\" data-step=\"{STEP_SECONDS}\" data-round=\"{round}\">\n\
         {picture}\
         <div class=\"nasaic-controls\" style=\"{CONTROLS}\" onclick=\"{PRESS}\">{buttons}\
         <input type=\"range\" min=\"1\" max=\"{steps}\" value=\"1\" step=\"1\" aria-label=\"step\" \
         style=\"flex:1\" oninput=\"{SLIDE}\"></div>\n</div>\n"
    )))
}
