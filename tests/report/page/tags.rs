//! As much of HTML as is needed to look at a page without a browser.

/// An element's beginning, and the text behind it up to the next tag.
#[derive(Debug)]
pub struct Tag {
    /// With a stroke in front if it is an end.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// All tags in their order. What maud writes has every value in double quotes.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once('<') {
        let end = end_of_tag(behind);
        let (name, attributes) = parts(&behind[..end]);
        let after = &behind[end + 1..];
        let stop = match name.as_str() {
            "script" | "style" => after.find(&format!("</{name}")).expect("it ends"),
            _ => after.find('<').unwrap_or(after.len()),
        };
        found.push(Tag { name, attributes, text: after[..stop].to_owned() });
        rest = &after[stop..];
    }
    found
}

fn end_of_tag(text: &str) -> usize {
    let mut is_quoted = false;
    let end = text.char_indices().find(|(_, letter)| {
        is_quoted ^= *letter == '"';
        *letter == '>' && !is_quoted
    });
    end.expect("a tag ends").0
}

fn parts(tag: &str) -> (String, Vec<(String, String)>) {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let until = rest.find(['=', ' ']).unwrap_or(rest.len());
        let name = rest[..until].trim().to_owned();
        if rest[until..].starts_with("=\"") {
            let (value, more) = rest[until + 2..].split_once('"').expect("a value ends");
            attributes.push((name, value.to_owned()));
            rest = more.trim_start();
        } else {
            attributes.push((name, String::new()));
            rest = rest[until..].trim_start();
        }
    }
    (name.to_ascii_lowercase(), attributes)
}
