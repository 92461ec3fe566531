// decK for the tests from end to end. The sums beside this file pin what it is made of.
module deck

go 1.26.4

require github.com/kong/deck v1.64.0

// As decK itself replaces them.
replace github.com/yudai/gojsondiff v1.0.0 => github.com/Kong/gojsondiff v1.3.0

replace gopkg.in/yaml.v3 v3.0.1 => github.com/Kong/yaml v1.0.0

// Only decK's linter uses it; the version it asks for is not to be had everywhere.
replace github.com/pb33f/doctor => github.com/pb33f/doctor v0.0.78
